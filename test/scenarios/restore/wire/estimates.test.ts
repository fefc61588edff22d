import { beforeAll, describe, expect, test } from 'vitest';
import { backUpWith, useDeployment } from '../../../support/wire/deployment.ts';
import { expectError, headersOf, type Json, send } from '../../../support/wire/http.ts';
import { fill, withLocalIndex } from '../../../support/wire/indexed-tables.ts';
import { useRuntime, type Wire } from '../../../support/wire/support.ts';

const { wire, reconfigure } = useDeployment({ config: { base: 'scan' } });
const embedded = useRuntime();
let importing: Wire;
let auto: Wire;

beforeAll(async () => {
  importing = await reconfigure({ config: { restoreBy: 'import' } });
  auto = await reconfigure({ config: { restoreBy: 'auto' } });
});

const gibibyte = 2 ** 30;
/** Prices in USD, from docs/costs.md. */
const importedGigabyte = 0.15;
const writeUnit = 0.625e-6;

const askEstimate = async (asked: Wire, BackupArn: string) =>
  (await asked.ok('EstimateRestore', { BackupArn }))['Estimate'] as {
    Items: number;
    Bytes: number;
    Ways: Way[];
    Choice: Json;
    Auto: Json;
    Prices: Json;
  };

interface Way {
  readonly Way: string;
  readonly Possible: boolean;
  readonly Reason?: string;
  readonly Usd: { readonly Low: number; readonly High: number };
  readonly Seconds: { readonly Low: number; readonly High: number };
}

function findWay(ways: readonly Way[], name: string): Way {
  const found = ways.find(({ Way }) => Way === name);
  if (found === undefined) throw new Error(`no way ${name}: ${JSON.stringify(ways)}`);
  return found;
}

describe('an estimate of a restore', () => {
  test('has cost and time of both ways, the choice, and the date of its prices', async () => {
    const table = await wire.createTable('estimated');
    await wire.fill(table, 100);
    const { arn } = await backUpWith(wire, table);
    const found = await askEstimate(wire, arn);
    expect(found).toMatchObject({
      Items: 100,
      Bytes: 100 * (2 + 11 + 4 + 5),
      Auto: { Way: 'WRITES', Why: expect.stringMatching(/1 GiB/) },
      Choice: { Way: 'WRITES', Why: expect.stringMatching(/restoreBy/) },
      Prices: { Region: expect.stringMatching(/^[a-z]+-/), AsOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    });
    expect(found.Ways.map(({ Way }) => Way).toSorted()).toEqual(['IMPORT', 'WRITES']);
    for (const { Possible, Usd, Seconds } of found.Ways) {
      expect(Possible).toBe(true);
      for (const { Low, High } of [Usd, Seconds]) {
        expect(Low).toBeGreaterThanOrEqual(0);
        expect(High).toBeGreaterThanOrEqual(Low);
      }
    }
    // An item costs at least one write unit. An import takes at least minutes (`lambda/restore/choose-way.ts`).
    expect(findWay(found.Ways, 'WRITES').Usd.Low).toBeGreaterThanOrEqual(100 * writeUnit);
    expect(findWay(found.Ways, 'IMPORT').Seconds.Low).toBeGreaterThanOrEqual(60);
  });

  test('has the configured choice, and also the choice of `restoreBy: auto`', async () => {
    const table = await wire.createTable('configured');
    await wire.fill(table, 5);
    const { arn } = await backUpWith(wire, table);
    expect(await askEstimate(importing, arn)).toMatchObject({
      Choice: { Way: 'IMPORT' },
      Auto: { Way: 'WRITES' },
    });
    expect(await askEstimate(auto, arn)).toMatchObject({
      Choice: { Way: 'WRITES' },
      Auto: { Way: 'WRITES' },
    });
  });

  test('says why an import is impossible for a table with local indexes', async () => {
    const table = await wire.createTable('local-estimate', withLocalIndex);
    await fill(wire, table, 0, 5);
    const { arn } = await backUpWith(wire, table);
    const { Ways, Choice, Auto } = await askEstimate(importing, arn);
    expect([Choice, Auto]).toMatchObject([{ Way: 'WRITES' }, { Way: 'WRITES' }]);
    expect(findWay(Ways, 'WRITES')).toMatchObject({ Possible: true });
    expect(findWay(Ways, 'IMPORT')).toMatchObject({
      Possible: false,
      Reason: expect.stringMatching(/local/i),
    });
  });

  test('is higher for large items: 400 KB cost 400 write units', async () => {
    const table = await wire.createTable('large-estimate');
    for (let n = 0; n < 3; n++) {
      await wire.ok('PutItem', {
        TableName: table,
        Item: { id: { S: String(n) }, note: { S: 'x'.repeat(409_000) } },
      });
    }
    const { arn } = await backUpWith(wire, table);
    const { Ways } = await askEstimate(wire, arn);
    expect(findWay(Ways, 'WRITES').Usd.Low).toBeGreaterThanOrEqual(3 * 400 * writeUnit);
    // Prices are rounded to a millionth of a dollar.
    const minUsd = ((3 * 409_000) / gibibyte) * importedGigabyte - 1e-6;
    expect(findWay(Ways, 'IMPORT').Usd.Low).toBeGreaterThanOrEqual(minUsd);
  });

  test('is almost zero for a backup without items', async () => {
    const { arn } = await backUpWith(wire, await wire.createTable('nothing'));
    const { Ways, ...found } = await askEstimate(wire, arn);
    expect(found).toMatchObject({ Items: 0, Bytes: 0, Choice: { Way: 'WRITES' } });
    const { Possible, Usd, Seconds } = findWay(Ways, 'WRITES');
    expect({ Possible, Usd, Seconds }).toEqual({
      Possible: true,
      Usd: { Low: expect.any(Number), High: expect.any(Number) },
      Seconds: { Low: expect.any(Number), High: expect.any(Number) },
    });
    expect(Usd.High).toBeLessThan(0.01);
  });

  test('is refused for the ARN of a backup that does not exist', async () => {
    const { arn } = await backUpWith(wire, await wire.createTable('refused-estimate'));
    const ask = (body: unknown) => wire.call('EstimateRestore', body);
    const unknown = arn.replace(/.{8}$/, '00000000');
    expectError(await ask({ BackupArn: unknown }), 'BackupNotFoundException', `Backup not found: ${unknown}`);
    expectError(await ask({}), 'ValidationException', /backupArn/);
    expectError(await ask({ BackupArn: 'x' }), 'ValidationException', 'Invalid Backup ARN');
    expectError(await ask({ BackupArn: 5 }), 'SerializationException');
    await wire.ok('DeleteBackup', { BackupArn: arn });
    expectError(await ask({ BackupArn: arn }), 'BackupNotFoundException', `Backup not found: ${arn}`);
  });

  test('is available at the path /read of its table, unlike a dry run of a restore', async () => {
    const table = await wire.createTable('read-path');
    const { arn } = await backUpWith(wire, table);
    const at = (operation: string, body: Json) =>
      send(wire.url, { path: `/read/${table}`, headers: headersOf(operation), body: JSON.stringify(body) });
    expect((await at('EstimateRestore', { BackupArn: arn })).status).toBe(200);
    const dryRun = { BackupArn: arn, TargetTableName: 'any-name', TidemarkOptions: { DryRun: true } };
    expectError(await at('RestoreTableFromBackup', dryRun), 'AccessDeniedException', /is not served at/);
  });

  test('is available in the embedded runtime too', async () => {
    const table = await embedded.createTable('one-machine');
    await embedded.fill(table, 3);
    expect(await askEstimate(embedded, await embedded.backUp(table))).toMatchObject({ Items: 3 });
  });
});
