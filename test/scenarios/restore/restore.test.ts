import {
  type BatchWriteItemCommandInput,
  ListTagsOfResourceCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { embedded } from '../../support/embedded.ts';
import { newTable, recordOf, tableExists } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { contentOf, createTable, putItem } from '../../support/tables.ts';
import {
  createRichTable,
  describeTable,
  createLateIndexedTable,
  settingsOf,
  throughput,
} from '../../support/restore/rich-table.ts';

const world = embedded();
let target: string;

beforeEach(() => {
  target = `restored-${randomIds.hex(8)}`;
});

async function backupOf(table: string): Promise<BackupRecord> {
  const { harness } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

const restoreOf = (backup: BackupRecord, to = target) =>
  world.harness.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target: to });
const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a restored table is as its source was', () => {
  it('with indexes and provisioned throughput, ready to be used', async () => {
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
    await restoreOf(await backupOf(source));
    await harness.executions.idle();
    database.dynamodb.middlewareStack.remove('record');
    // The embedded database takes an index's throughput and forgets it, so it is the request that is looked at.
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
    expect(tags.Tags).toEqual([]);
  });

  it('with items that predate an index and have another type in its key', async () => {
    const { database, harness } = world;
    const source = await createLateIndexedTable(database);
    await restoreOf(await backupOf(source));
    await harness.executions.idle();
    expect(await contentOf(database.dynamodb, target)).toEqual(await contentOf(database.dynamodb, source));
    expect(
      (await describeTable(database, target)).GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
    ).toEqual(['late-index']);
  });

  it('while it loads, it is tagged and our DescribeTable says CREATING', async () => {
    const seen: object[] = [];
    const watching: Harness = world.harness.restarted({
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
    const backup = await backupOf(world.table);
    const input = { backup: { table: backup.table.name, id: backup.id }, target };
    const restore = recordOf(await watching.operations.restoreTable(input));
    await watching.executions.idle();
    expect(seen).toEqual([{ status: 'RESTORING', Tags: [{ Key: 'tidemark:restore', Value: restore.id }] }]);
    expect((await watching.operations.describeTable({ table: target })).restore?.status).toBe('RESTORED');
  });

  it('also when its source is gone', async () => {
    const { database, harness, table: source } = world;
    const content = await contentOf(database.dynamodb, source);
    const backup = await backupOf(source);
    const { DeleteTableCommand } = await import('@aws-sdk/client-dynamodb');
    await database.dynamodb.send(new DeleteTableCommand({ TableName: source }));
    await restoreOf(backup);
    await harness.executions.idle();
    expect(await contentOf(database.dynamodb, target)).toEqual(content);
  });
});

describe('a restore is refused', () => {
  it('of a backup that is being created', async () => {
    const { harness, table } = world;
    const backup = await harness.operations.createBackup({ table, name: 'a-backup' });
    await expect(restoreOf(backup)).rejects.toEqual(code('BackupNotAvailable'));
    await harness.executions.idle();
  });

  it('of a deleted backup, although its snapshot is still the head', async () => {
    const { harness, table } = world;
    const backup = await backupOf(table);
    await harness.operations.deleteBackup({ table, id: backup.id });
    await expect(restoreOf(backup)).rejects.toEqual(code('BackupNotFound'));
  });

  it('to a table that exists, which is left as it is', async () => {
    const backup = await backupOf(world.table);
    const taken = await newTable(world.database, 2);
    await expect(restoreOf(backup, taken)).rejects.toEqual(code('TableAlreadyExists'));
    expect((await contentOf(world.database.dynamodb, taken)).size).toBe(2);
  });

  it('to a table that is being restored; of two at once exactly one is taken', async () => {
    const backup = await backupOf(world.table);
    const outcomes = await Promise.allSettled([restoreOf(backup), restoreOf(backup)]);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.map((outcome) => outcome.reason)).toEqual([code('TableInUse')]);
    await expect(restoreOf(backup)).rejects.toEqual(code('TableInUse'));
    await world.harness.executions.idle();
  });
});

describe('a table that takes fewer writes than are sent', () => {
  it('gets them all in the end, refused whole or in part', async () => {
    const { database, harness } = world;
    const source = await newTable(database, 60);
    const backup = await backupOf(source);
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
    await restoreOf(backup);
    await harness.executions.idle();
    database.dynamodb.middlewareStack.remove('throttle');
    expect(calls).toBeGreaterThan(3);
    expect(await contentOf(database.dynamodb, target)).toEqual(await contentOf(database.dynamodb, source));
  });
});

describe('a restore that cannot be done', () => {
  it('never touches a table of its target’s name that somebody made meanwhile', async () => {
    const { database, harness } = world;
    const backup = await backupOf(world.table);
    const racing = harness.restarted({
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
    expect((await contentOf(database.dynamodb, target)).size).toBe(1);
  });

  it('removes the table it made, says why, and the name can be restored to again', async () => {
    const { database, harness } = world;
    const backup = await backupOf(world.table);
    const failing = harness.restarted({
      around: (handler, _input, run) =>
        handler === 'restore-indexes' ? Promise.reject(new Error('no capacity')) : run(),
    });
    await failing.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
    await failing.executions.idle();
    expect(await harness.services.catalog.restores.get(target)).toMatchObject({ status: 'FAILED' });
    expect(await tableExists(database, target)).toBe(false);
    await restoreOf(backup);
    await harness.executions.idle();
    expect(await harness.services.catalog.restores.get(target)).toMatchObject({ status: 'RESTORED' });
  });
});
