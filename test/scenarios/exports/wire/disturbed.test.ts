import { ListExportsCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { sweep } from '../../../../lambda/retention/sweep.ts';
import { backUpWith, useDeployment, countImports, readItems } from '../../../support/wire/deployment.ts';
import { expectError } from '../../../support/wire/http.ts';
import { arnOf } from '../../../support/wire/support.ts';

const { wire, harness, reconfigure } = useDeployment();

describe('a backup by export whose steps all run twice', () => {
  const twice = async (_handler: string, _input: object, run: () => Promise<object>) => {
    await run();
    return run();
  };
  const atOnce = async (_handler: string, _input: object, run: () => Promise<object>) => {
    const [first] = await Promise.allSettled([run(), run()]);
    if (first.status === 'rejected') throw first.reason;
    return first.value;
  };

  test.each(Object.entries({ twice, atOnce }))(
    'makes no second export, and an exact backup: %s',
    async (how, around) => {
      const table = await wire.createTable(`repeated-${how}`);
      const repeating = await reconfigure({ around });
      await wire.fill(table, 12);
      const first = await backUpWith(repeating, table, { Source: 'EXPORT' });
      await wire.fill(table, 3, 'more', 10);
      await wire.removeItem(table, 0);
      const items = await readItems(wire, table);
      const { arn, made } = await backUpWith(repeating, table, { Source: 'EXPORT' });
      expect([first.made, made]).toMatchObject([
        { Source: 'EXPORT', Figures: { Items: 12 } },
        { Source: 'EXPORT', Parent: first.id, Figures: { Items: 12 } },
      ]);
      const { ExportSummaries = [] } = await harness().services.dynamodb.send(
        new ListExportsCommand({ TableArn: arn.split('/backup/')[0] }),
      );
      expect(ExportSummaries.filter(({ ExportType }) => ExportType !== 'INCREMENTAL_EXPORT')).toHaveLength(1);
      const importing = await reconfigure({ around, config: { restoreBy: 'import' } });
      const target = await importing.restoreTable(arn, `repeated-${how}-x`);
      expect(await readItems(wire, target)).toEqual(items);
      expect(await countImports(harness(), target)).toBe(1);
    },
  );
});

describe('a backup by export whose table is deleted', () => {
  test.each([false, true])(
    'is complete or fails with a specific error; table created again: %s',
    async (isMadeAnew) => {
      const name = `goes-${isMadeAnew}`;
      const table = await wire.createTable(name);
      await wire.fill(table, 12, 'old life');
      const request = { TableName: table, BackupName: name, TidemarkOptions: { Source: 'EXPORT' } };
      const arn = arnOf(await wire.ok('CreateBackup', request));
      await wire.dropTable(table);
      await (isMadeAnew ? wire.createTable(name) : undefined);
      await (isMadeAnew ? wire.fill(table, 3, 'new life') : undefined);
      const { BackupStatus, Tidemark } = await wire.waitForEnd(arn);
      const { Reason, Figures } = Tidemark as { Reason?: string; Figures?: { Items: number } };
      expect([BackupStatus, Reason ?? Figures?.Items]).toSatisfy(
        ([status, outcome]) =>
          (status === 'AVAILABLE' && outcome === 12) ||
          (status === 'DELETED' &&
            /^(TableNotFound|ExportFailed|CutUnreachable|ContinuousBackupsUnavailable): /.test(
              String(outcome),
            )),
      );
    },
  );
});

describe('a backup whose export fails', () => {
  test('has DynamoDB’s reason, and does not stop the next backup', async () => {
    const table = await wire.createTable('no-bucket');
    await wire.fill(table, 5);
    const nowhere = await reconfigure({ exportBucket: 'no-such-bucket' });
    const arn = await nowhere.createBackup(table);
    const { BackupStatus, Tidemark } = await nowhere.waitForEnd(arn);
    expect([BackupStatus, Tidemark]).toEqual([
      'DELETED',
      expect.objectContaining({ Reason: expect.stringMatching(/^ExportFailed: .*S3NoSuchBucket/) }),
    ]);
    expectError(await wire.restore(arn, wire.uniqueName('no-bucket-x')), 'BackupNotFoundException');
    const { made } = await backUpWith(wire, table);
    expect(made).toMatchObject({ Kind: 'FULL', Source: 'EXPORT', Figures: { Items: 5 } });
  });
});

// These tests run one after the other, because a sweep removes the staged files of any test.
describe('a backup by export', () => {
  test('is not disturbed by a sweep after any step, and neither is a restore by import', async () => {
    const table = await wire.createTable('swept');
    await wire.fill(table, 20);
    const sweeping = await reconfigure({
      config: { restoreBy: 'import' },
      around: async (_handler, _input, run) => {
        const result = await run();
        await sweep(harness().services);
        return result;
      },
    });
    await backUpWith(sweeping, table, { Source: 'EXPORT' });
    await wire.fill(table, 3, 'more', 18);
    const items = await readItems(wire, table);
    const { arn } = await backUpWith(sweeping, table, { Source: 'EXPORT' });
    expect(await readItems(wire, await sweeping.restoreTable(arn, 'swept-x'))).toEqual(items);
  });

  test('has no staged files after a sweep, and can still be restored', async () => {
    const table = await wire.createTable('staged');
    await wire.fill(table, 20);
    const first = await backUpWith(wire, table, { Source: 'EXPORT' });
    await wire.fill(table, 5, 'more');
    const second = await backUpWith(wire, table, { Source: 'EXPORT' });
    const content = await wire.readContent(table);
    const listStaged = async () => {
      const keys: string[] = [];
      for (const { id } of [first, second]) {
        for await (const { key } of harness().store.list(`staging/${id}`)) keys.push(key);
      }
      return keys;
    };
    expect(await listStaged()).not.toEqual([]);
    await sweep(harness().services);
    expect(await listStaged()).toEqual([]);
    expect(await wire.readContent(await wire.restoreTable(second.arn, 'staged-x'))).toEqual(content);
  });
});
