import { isDeepStrictEqual } from 'node:util';
import { CreateTableCommand, type ImportTableInput } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { defaultLimits } from '../../../lambda/snapshot/format/limits.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { backUp, backUpChain, listKeys } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld, createFilledTable } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { attributes, readTableContent, createTable, nthKey, putItem, shapes } from '../../support/tables.ts';
import {
  startImportHarness,
  intercept,
  newTargetName,
  restoreAndWait,
} from '../../support/restore/imports.ts';
import {
  createRichTable,
  describeTable,
  globalIndex,
  createLateIndexedTable,
  settingsOf,
} from '../../support/restore/rich-table.ts';
import { scaleRuns } from '../../support/scale.ts';

const database = useDatabase();

/** Records the requests for an import as they are sent. */
function recordImports(): ImportTableInput[] {
  const sent: ImportTableInput[] = [];
  intercept(database, 'ImportTableCommand', (send, input) => {
    sent.push(input as ImportTableInput);
    return send();
  });
  return sent;
}

async function expectRestored(harness: Harness, made: Awaited<ReturnType<typeof backUp>>): Promise<string> {
  const target = newTargetName();
  const record = await restoreAndWait(harness, made.backup, target);
  expect([record.status, record.reason, record.way]).toEqual(['RESTORED', undefined, 'import']);
  expect(await readTableContent(database.dynamodb, target)).toEqual(made.content);
  return target;
}

describe('a table restored by import', () => {
  it('equals its backup for all kinds of keys and items', async () => {
    const harness = await startImportHarness(database);
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(attributes, { minLength: 1, maxLength: 30 }),
        async (keyShape, items) => {
          const table = `table-${randomIds.hex(12)}`;
          await createTable(database.dynamodb, table, keyShape);
          for (const [n, item] of items.entries()) {
            await putItem(database.dynamodb, table, { ...item, ...nthKey(keyShape, n) });
          }
          await expectRestored(harness, await backUp(database, harness, table));
        },
      ),
      { numRuns: scaleRuns(2) },
    );
  });

  it('equals its backup of several runs with tombstones, imported in ranges and parts', async () => {
    const limits = {
      ...defaultLimits,
      frameBytes: 200,
      partitionBytes: 1000,
      partBytes: 100,
      foldShare: 100,
    };
    const harness = await startImportHarness(database, { config: { limits } });
    const made = await backUpChain(database, harness, await createFilledTable(database, 40), 3);
    for (const each of made) await expectRestored(harness, each);
    const staged = await listKeys(harness.store, 'staging');
    const objects = staged.filter((key) => /^staging\/restore-[^/]+\/import\/\d+-\d+\.json\.gz$/.test(key));
    expect(objects.filter((key) => /\/[^0]\d*-0\./.test(key)).length).toBeGreaterThan(3);
    expect(objects.filter((key) => /-[^0]\d*\./.test(key)).length).toBeGreaterThan(3);
  });

  it('keeps items that are older than an index and have another type in its key', async () => {
    const harness = await startImportHarness(database);
    const table = await createLateIndexedTable(database);
    const sent = recordImports();
    const target = await expectRestored(harness, await backUp(database, harness, table));
    expect(Object.keys(settingsOf(await describeTable(database, target)).global)).toEqual(['late-index']);
    expect(sent[0]?.TableCreationParameters).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(sent[0]?.TableCreationParameters?.AttributeDefinitions).toHaveLength(2);
  });

  it('has the requested billing, indexes, encryption, stream, class and deletion protection', async () => {
    const harness = await startImportHarness(database);
    const table = `rich-${randomIds.hex(8)}`;
    await createRichTable(database, table);
    await putItem(database.dynamodb, table, { pk: { S: 'a' }, sk: { N: '1' }, global: { S: 'g' } });
    const target = newTargetName();
    const record = await restoreAndWait(harness, (await backUp(database, harness, table)).backup, target, {
      localSecondaryIndexes: [],
      globalSecondaryIndexes: [globalIndex],
      sse: {
        Enabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: 'arn:aws:kms:us-east-1:000000000000:key/0a1b2c3d',
      },
      keep: ['stream', 'timeToLive', 'tableClass', 'deletionProtection'],
    });
    expect([record.status, record.way]).toEqual(['RESTORED', 'import']);
    const is = await describeTable(database, target);
    expect(settingsOf(is)).toMatchObject({
      throughput: [7, 9],
      attributes: ['global', 'pk', 'sk'],
      local: {},
    });
    expect(Object.keys(settingsOf(is).global)).toEqual(['global-index']);
    expect(is).toMatchObject({
      StreamSpecification: { StreamEnabled: true },
      TableClassSummary: { TableClass: 'STANDARD_INFREQUENT_ACCESS' },
      SSEDescription: { SSEType: 'KMS' },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('a table that an import cannot make', () => {
  it('is restored by writes if it is empty', async () => {
    const harness = await startImportHarness(database);
    const { backup } = await backUp(database, harness, await createFilledTable(database, 0));
    expect(await restoreAndWait(harness, backup, newTargetName())).toMatchObject({
      status: 'RESTORED',
      way: 'writes',
      why: 'there are no items to import',
    });
  });

  it('is restored by writes if it has a local index', async () => {
    const harness = await startImportHarness(database);
    const table = `rich-${randomIds.hex(8)}`;
    await createRichTable(database, table);
    await putItem(database.dynamodb, table, { pk: { S: 'a' }, sk: { N: '1' } });
    const { backup, content } = await backUp(database, harness, table);
    const target = newTargetName();
    expect(await restoreAndWait(harness, backup, target)).toMatchObject({
      status: 'RESTORED',
      way: 'writes',
    });
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  });
});

describe('a table that is being imported', () => {
  it('is described as RESTORING, and its import is on the record', async () => {
    const seen: unknown[] = [];
    const harness: Harness = await startImportHarness(
      database,
      {
        around: async (handler, _input, run) => {
          const answer = await run();
          if (handler === 'restore-import') {
            const { table, restore } = await harness.operations.describeTable({ table: target });
            const isKnown = table === undefined || table.TableId === restore?.targetTableId;
            seen.push([isKnown, typeof restore?.targetTableId, restore?.status, restore?.importArn]);
          }
          return answer;
        },
      },
      200,
    );
    const target = newTargetName();
    const made = await backUp(database, harness, await createFilledTable(database));
    const { importArn, imported } = await restoreAndWait(harness, made.backup, target);
    expect(importArn).toContain(`table/${target}/import/`);
    expect(seen.length).toBeGreaterThan(2);
    for (const each of seen) expect(each).toEqual([true, 'string', 'RESTORING', importArn]);
    expect(imported).toEqual({ items: made.content.size, bytes: expect.any(Number) });
  });
});

it('a restore that waits for its import writes to the catalog only if something changed', async () => {
  const target = newTargetName();
  let writes = 0;
  const idle: number[] = [];
  intercept(database, 'TransactWriteItemsCommand', (send) => {
    writes++;
    return send();
  });
  const harness: Harness = await startImportHarness(
    database,
    {
      around: async (handler, _input, run) => {
        const { restores } = harness.services.catalog;
        const [before, count] = [await restores.get(target), writes];
        const answer = await run();
        if (handler === 'restore-import' && isDeepStrictEqual(await restores.get(target), before))
          idle.push(writes - count);
        return answer;
      },
    },
    1000,
  );
  const made = await backUp(database, harness, await createFilledTable(database));
  expect((await restoreAndWait(harness, made.backup, target)).status).toBe('RESTORED');
  expect(writes).toBeGreaterThan(0);
  expect(idle.length).toBeGreaterThan(1);
  expect(idle).toEqual(idle.map(() => 0));
});

describe('the objects staged for an import', () => {
  it('are in a folder of their own, which the request names with its slash, and which the sweep deletes', async () => {
    const harness = await startImportHarness(database, { config: { sweepGraceMs: 0 } });
    const sent = recordImports();
    const made = await backUp(database, harness, await createFilledTable(database));
    const { id } = await restoreAndWait(harness, made.backup, newTargetName());
    expect(sent.map(({ S3BucketSource }) => S3BucketSource)).toEqual([
      { S3Bucket: 'tidemark', S3KeyPrefix: `staging/restore-${id}/import/` },
    ]);
    expect(sent[0]).toMatchObject({ ClientToken: id, InputFormat: 'DYNAMODB_JSON' });
    expect(await listKeys(harness.store, `staging/restore-${id}/import`)).toHaveLength(1);
    await sweep(harness.services);
    expect(await listKeys(harness.store, `staging/restore-${id}`)).toEqual([]);
    await expectNothingHeld(harness, made.backup.table.name);
  });
});

it('a table that somebody creates under the target’s name during the restore is not touched', async () => {
  const target = newTargetName();
  const harness = await startImportHarness(database, {
    around: async (handler, _input, run) => {
      if (handler === 'restore-materialize') {
        const key = { AttributeName: 'mine' } as const;
        await database.dynamodb.send(
          new CreateTableCommand({
            TableName: target,
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [{ ...key, KeyType: 'HASH' }],
            AttributeDefinitions: [{ ...key, AttributeType: 'S' }],
          }),
        );
        await putItem(database.dynamodb, target, { mine: { S: 'mine' } });
      }
      return run();
    },
  });
  const { backup } = await backUp(database, harness, await createFilledTable(database));
  expect(await restoreAndWait(harness, backup, target)).toMatchObject({
    status: 'FAILED',
    reason: `TableAlreadyExists: Table already exists: ${target}`,
  });
  expect((await readTableContent(database.dynamodb, target)).size).toBe(1);
});
