import {
  type BatchWriteItemCommandInput,
  ListTagsOfResourceCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { createFilledTable, recordOf, tableExists } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { readTableContent, createTable, putItem } from '../../support/tables.ts';
import {
  createRichTable,
  describeTable,
  createLateIndexedTable,
  settingsOf,
  throughput,
} from '../../support/restore/rich-table.ts';

const world = useTidemark();
let target: string;

beforeEach(() => {
  target = `restored-${randomIds.hex(8)}`;
});

async function backUpTable(table: string): Promise<BackupRecord> {
  const { harness } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const startRestore = (backup: BackupRecord, to = target) =>
  world.harness.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target: to });
const errorWith = (expected: string) => expect.objectContaining({ code: expected });

describe('a restored table', () => {
  it('has the source’s indexes and provisioned throughput, and is marked as finished', async () => {
    const { database, harness } = world;
    const source = `source-${randomIds.hex(8)}`;
    await createRichTable(database, source);
    await putItem(database.dynamodb, source, {
      pk: { S: 'a' },
      sk: { N: '1' },
      local: { S: 'l' },
      global: { S: 'g' },
    });
    await putItem(database.dynamodb, source, { pk: { S: 'b' }, sk: { N: '2' } });
    const updates: unknown[] = [];
    database.dynamodb.middlewareStack.add(
      (next) => (call) => {
        if ('GlobalSecondaryIndexUpdates' in call.input) updates.push(call.input);
        return next(call);
      },
      { step: 'initialize', name: 'record' },
    );
    await startRestore(await backUpTable(source));
    await harness.executions.idle();
    database.dynamodb.middlewareStack.remove('record');
    // The embedded database accepts an index's throughput but does not store it, so the test checks the request.
    expect(updates.at(-1)).toMatchObject({
      BillingMode: 'PROVISIONED',
      GlobalSecondaryIndexUpdates: [
        { Update: { IndexName: 'global-index', ProvisionedThroughput: throughput } },
        { Update: { IndexName: 'second-index', ProvisionedThroughput: throughput } },
      ],
    });
    const [was, is] = [await describeTable(database, source), await describeTable(database, target)];
    expect(settingsOf(is)).toEqual(settingsOf(was));
    expect(is.BillingModeSummary?.BillingMode ?? 'PROVISIONED').toBe('PROVISIONED');
    const byIndex = await database.dynamodb.send(
      new QueryCommand({
        TableName: target,
        IndexName: 'global-index',
        KeyConditionExpression: '#g = :g',
        ExpressionAttributeNames: { '#g': 'global' },
        ExpressionAttributeValues: { ':g': { S: 'g' } },
      }),
    );
    expect(byIndex.Count).toBe(1);
    const tags = await database.dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: is.TableArn }));
    expect(tags.Tags).toEqual([{ Key: 'tidemark:restore', Value: 'finished' }]);
  });

  it('keeps items that are older than an index and have another type in its key', async () => {
    const { database, harness } = world;
    const source = await createLateIndexedTable(database);
    await startRestore(await backUpTable(source));
    await harness.executions.idle();
    expect(await readTableContent(database.dynamodb, target)).toEqual(
      await readTableContent(database.dynamodb, source),
    );
    expect(
      (await describeTable(database, target)).GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
    ).toEqual(['late-index']);
  });

  it('has the restore’s tag and is described as RESTORING while it loads', async () => {
    const seen: object[] = [];
    const watching: Harness = world.harness.restart({
      around: async (handler, _input, run) => {
        if (handler === 'restore-write') {
          const { table, restore } = await watching.operations.describeTable({ table: target });
          const { Tags } = await world.database.dynamodb.send(
            new ListTagsOfResourceCommand({ ResourceArn: table?.TableArn }),
          );
          seen.push({ status: restore?.status, Tags });
        }
        return run();
      },
    });
    const backup = await backUpTable(world.table);
    const input = { backup: { table: backup.table.name, id: backup.id }, target };
    const restore = recordOf(await watching.operations.restoreTable(input));
    await watching.executions.idle();
    expect(seen).toEqual([
      {
        status: 'RESTORING',
        Tags: [
          { Key: 'tidemark:restore', Value: expect.stringMatching(`^${restore.id}:[0-9a-f]{32}$`) as string },
        ],
      },
    ]);
    expect((await watching.operations.describeTable({ table: target })).restore?.status).toBe('RESTORED');
  });

  it('equals its backup even if the source was deleted', async () => {
    const { database, harness, table: source } = world;
    const content = await readTableContent(database.dynamodb, source);
    const backup = await backUpTable(source);
    const { DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
    await database.dynamodb.send(new DeleteTableCommand({ TableName: source }));
    await startRestore(backup);
    await harness.executions.idle();
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  });
});

describe('a request for a restore', () => {
  it('is refused for a backup that is being created', async () => {
    const { harness, table } = world;
    const backup = await harness.operations.createBackup({ table, name: 'a-backup' });
    await expect(startRestore(backup)).rejects.toEqual(errorWith('BackupNotAvailable'));
    await harness.executions.idle();
  });

  it('is refused for a deleted backup even if its snapshot is still the head', async () => {
    const { harness, table } = world;
    const backup = await backUpTable(table);
    await harness.operations.deleteBackup({ table, id: backup.id });
    await expect(startRestore(backup)).rejects.toEqual(errorWith('BackupNotFound'));
  });

  it('is refused for a target that exists, which is not touched', async () => {
    const backup = await backUpTable(world.table);
    const taken = await createFilledTable(world.database, 2);
    await expect(startRestore(backup, taken)).rejects.toEqual(errorWith('TableAlreadyExists'));
    expect((await readTableContent(world.database.dynamodb, taken)).size).toBe(2);
  });

  it('is refused for a target that is being restored: of two at once, exactly one is accepted', async () => {
    const backup = await backUpTable(world.table);
    const outcomes = await Promise.allSettled([startRestore(backup), startRestore(backup)]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map((outcome) => outcome.reason)).toEqual([errorWith('TableInUse')]);
    await expect(startRestore(backup)).rejects.toEqual(errorWith('TableInUse'));
    await world.harness.executions.idle();
  });
});

describe('a restored table that accepts fewer writes than are sent', () => {
  it('finally gets all items, whether calls are throttled or leave items unprocessed', async () => {
    const { database, harness } = world;
    const source = await createFilledTable(database, 60);
    const backup = await backUpTable(source);
    let calls = 0;
    database.dynamodb.middlewareStack.add(
      (next) => (call) => {
        const { RequestItems: items } = call.input as BatchWriteItemCommandInput;
        if (items === undefined) return next(call);
        calls++;
        const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
        if (calls % 3 === 0) return Promise.reject(error);
        if (calls % 3 === 1)
          return Promise.resolve({ output: { UnprocessedItems: items, $metadata: {} }, response: {} });
        return next(call);
      },
      { step: 'initialize', name: 'throttle' },
    );
    await startRestore(backup);
    await harness.executions.idle();
    database.dynamodb.middlewareStack.remove('throttle');
    expect(calls).toBeGreaterThan(3);
    expect(await readTableContent(database.dynamodb, target)).toEqual(
      await readTableContent(database.dynamodb, source),
    );
  });
});

describe('a restore that fails', () => {
  it('does not touch a table that somebody created under the target’s name during the restore', async () => {
    const { database, harness } = world;
    const backup = await backUpTable(world.table);
    const racing = harness.restart({
      around: async (handler, _input, run) => {
        if (handler === 'restore-plan') {
          await createTable(database.dynamodb, target, { hash: 'S', range: undefined });
          await putItem(database.dynamodb, target, { pk: { S: 'mine' } });
        }
        return run();
      },
    });
    await racing.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
    await racing.executions.idle();
    expect(await racing.services.catalog.restores.get(target)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/^TableAlreadyExists: /),
    });
    expect((await readTableContent(database.dynamodb, target)).size).toBe(1);
  });

  it('removes the table that it made, and the same name can be restored again', async () => {
    const { database, harness } = world;
    const backup = await backUpTable(world.table);
    const failing = harness.restart({
      around: (handler, _input, run) =>
        handler === 'restore-indexes' ? Promise.reject(new Error('no capacity')) : run(),
    });
    await failing.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
    await failing.executions.idle();
    expect(await harness.services.catalog.restores.get(target)).toMatchObject({ status: 'FAILED' });
    expect(await tableExists(database, target)).toBe(false);
    await startRestore(backup);
    await harness.executions.idle();
    expect(await harness.services.catalog.restores.get(target)).toMatchObject({ status: 'RESTORED' });
  });
});
