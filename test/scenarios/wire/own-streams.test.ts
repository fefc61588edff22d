import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runtime } from '../../../local/runtime.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { type Answer, expectError, headersOf, type Json, send } from '../../support/wire/http.ts';
import { simpleTable, startSimulated, Wire } from '../../support/wire/support.ts';

/*
 * The runtime keeps a stream on a table that was created without one, because backups are made from it. Neither the
 * table's owner, nor a tool that compares tables with their definitions, sees that stream.
 */

const clock = new SimulatedClock();
let home: string;
let runtime: Runtime;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tidemark-own-streams-'));
  runtime = await startSimulated(home, clock);
});
afterAll(async () => {
  await runtime.close();
  await rm(home, { recursive: true, force: true });
});
const wire = new Wire(() => ({ url: runtime.url, clock }));

const { StreamSpecification: bothImages, ...plainTable } = simpleTable;
const streamMembers = ['StreamSpecification', 'LatestStreamArn', 'LatestStreamLabel'];

async function createPlainTable(name: string): Promise<string> {
  const TableName = wire.uniqueName(name);
  const { TableDescription } = await wire.ok('CreateTable', { TableName, ...plainTable });
  expectNoStream(TableDescription);
  return TableName;
}

const streamOf = async (TableName: string): Promise<Json> => {
  const { Table } = await wire.ok('DescribeTable', { TableName });
  return Object.fromEntries(Object.entries(Table as Json).filter(([name]) => streamMembers.includes(name)));
};

function expectNoStream(table: unknown): void {
  for (const member of streamMembers) expect(table).not.toHaveProperty(member);
}

function callStreams(operation: string, body: Json): Promise<Answer> {
  const headers = { ...headersOf(operation), 'x-amz-target': `DynamoDBStreams_20120810.${operation}` };
  return send(wire.url, { headers, body: JSON.stringify(body) });
}

const listStreams = async (TableName?: string): Promise<unknown> =>
  (await callStreams('ListStreams', TableName === undefined ? {} : { TableName })).json['Streams'];

const changeStream = (TableName: string, StreamSpecification: Json, more: Json = {}) =>
  wire.call('UpdateTable', { TableName, StreamSpecification, ...more });

/** Returns the ARN of the stream that the runtime keeps, which no answer shows. */
async function findOwnStream(TableName: string): Promise<string> {
  const table = await runtime.services.catalog.turns.getTable(TableName);
  const [id] = table?.head === undefined ? [] : [table.head.snapshot];
  const ends = id && (await runtime.services.catalog.snapshots.get({ table: TableName, id }))?.ends;
  if (!ends || !('stream' in ends)) throw new Error('the table has no snapshot by its stream');
  return ends.stream;
}

describe('a table that was created without a stream', () => {
  test('is described without one in every answer, before and after a backup, and is in no list of streams', async () => {
    const table = await createPlainTable('plain');
    await wire.fill(table, 20);
    const arn = await wire.backUp(table);
    await wire.fill(table, 1, 'second');
    await wire.backUp(table);
    expect(await streamOf(table)).toEqual({});
    expect(await listStreams()).toEqual([]);
    expect(await listStreams(table)).toEqual([]);
    const updated = await wire.ok('UpdateTable', { TableName: table, DeletionProtectionEnabled: false });
    expectNoStream(updated['TableDescription']);
    const { BackupDescription } = await wire.ok('DescribeBackup', { BackupArn: arn });
    expect((BackupDescription as Json)['SourceTableFeatureDetails']).toEqual({});
    expectNoStream((await wire.ok('DeleteTable', { TableName: table }))['TableDescription']);
  });

  test('is backed up by the stream that the runtime keeps, which its owner cannot read', async () => {
    const table = await createPlainTable('increments');
    await wire.fill(table, 60);
    await wire.backUp(table);
    await wire.fill(table, 1, 'second');
    const details = await wire.waitUntilAvailable(await wire.createBackup(table));
    expect(details['Tidemark']).toMatchObject({ Source: 'STREAM', Figures: { Items: 60, CopiedRecords: 1 } });
    const StreamArn = await findOwnStream(table);
    for (const [operation, more] of [
      ['DescribeStream', {}],
      ['GetShardIterator', { ShardId: 'shardId-00000000000000000000', ShardIteratorType: 'LATEST' }],
    ] as const) {
      expectError(
        await callStreams(operation, { StreamArn, ...more }),
        'ResourceNotFoundException',
        `Requested resource not found: Stream: ${StreamArn} not found`,
      );
    }
  });

  test('is described without one after a restart, and so is a table that is created again under its name', async () => {
    const table = await createPlainTable('restarted');
    await wire.backUp(table);
    await runtime.close();
    runtime = await startSimulated(home, clock);
    expect(await streamOf(table)).toEqual({});
    await wire.dropTable(table);
    await wire.ok('CreateTable', { TableName: table, ...simpleTable });
    expect(await streamOf(table)).toMatchObject({ StreamSpecification: bothImages });
    await wire.dropTable(table);
    await wire.ok('CreateTable', { TableName: table, ...plainTable });
    expect(await streamOf(table)).toEqual({});
  });

  test('is restored to a table without one, and the first backup of that table does not change this', async () => {
    const table = await createPlainTable('source');
    await wire.fill(table, 3);
    const arn = await wire.backUp(table);
    for (const more of [{}, { TidemarkOptions: { Keep: ['STREAM'] } }]) {
      const restored = await wire.restoreTable(arn, `restored-${Object.keys(more).length}`, more);
      expect(await streamOf(restored)).toEqual({});
      await wire.backUp(restored);
      expect(await streamOf(restored)).toEqual({});
    }
  });

  test('is restored to a point in time without one, even if the request keeps the stream', async () => {
    const table = await createPlainTable('recoverable');
    await wire.switchRecovery(table, true);
    await wire.waitUntilRestorable(table);
    expect(await streamOf(table)).toEqual({});
    const TargetTableName = wire.uniqueName('recovered');
    await wire.ok('RestoreTableToPointInTime', {
      SourceTableName: table,
      TargetTableName,
      UseLatestRestorableTime: true,
      TidemarkOptions: { Keep: ['STREAM'] },
    });
    await wire.waitUntilActive(TargetTableName);
    expect(await streamOf(TargetTableName)).toEqual({});
  });

  test('keeps its content in a backup that is requested while the table is being deleted', async () => {
    const table = await createPlainTable('going');
    await wire.fill(table, 300);
    await wire.backUp(table);
    await wire.fill(table, 10, 'last');
    const first = await wire.createBackup(table);
    expectNoStream((await wire.ok('DeleteTable', { TableName: table }))['TableDescription']);
    const second = await wire.call('CreateBackup', { TableName: table, BackupName: 'late' });
    await wire.waitUntilAvailable(first);
    // If the deletion had not waited for the backup, the table would be gone by now.
    expect([200, 400]).toContain(second.status);
    if (second.status === 400) expectError(second, 'TableNotFoundException');
  });
});

describe('a stream that the owner of such a table enables', () => {
  test.each(['NEW_AND_OLD_IMAGES', 'KEYS_ONLY'])(
    'is another stream, without records from before: %s',
    async (StreamViewType) => {
      const table = await createPlainTable(`enabled-${StreamViewType}`);
      await wire.fill(table, 40);
      await wire.backUp(table);
      const own = await findOwnStream(table);
      const enabled = await changeStream(table, { StreamEnabled: true, StreamViewType });
      expect(enabled.status).toBe(200);
      const { StreamSpecification, LatestStreamArn, LatestStreamLabel } = await streamOf(table);
      expect(StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType });
      expect(LatestStreamArn).not.toBe(own);
      expect(await listStreams(table)).toEqual([
        { TableName: table, StreamArn: LatestStreamArn, StreamLabel: LatestStreamLabel },
      ]);
      await wire.fill(table, 1, 'second');
      expect(await readRecords(String(LatestStreamArn))).toBe(1);
    },
  );

  test('feeds the next backups, which are exact, and can be disabled: then it stays the latest stream', async () => {
    const table = await createPlainTable('toggled');
    await wire.fill(table, 40);
    await wire.backUp(table);
    await changeStream(table, bothImages);
    const enabled = await streamOf(table);
    await wire.fill(table, 5, 'second');
    const arn = await wire.backUp(table);
    expect(await wire.readContent(await wire.restoreTable(arn, 'toggled-x'))).toEqual(
      await wire.readContent(table),
    );
    expect((await changeStream(table, { StreamEnabled: false })).status).toBe(200);
    await wire.fill(table, 5, 'third', 3);
    await wire.backUp(table);
    const { LatestStreamArn, LatestStreamLabel } = enabled;
    expect(await streamOf(table)).toEqual({ LatestStreamArn, LatestStreamLabel });
    await changeStream(table, bothImages);
    expect((await streamOf(table))['LatestStreamArn']).not.toBe(LatestStreamArn);
  });
});

async function readRecords(StreamArn: string): Promise<number> {
  const { StreamDescription } = (await callStreams('DescribeStream', { StreamArn })).json;
  const [shard] = (StreamDescription as { Shards: { ShardId: string }[] }).Shards;
  const at = { StreamArn, ShardId: shard?.ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = (await callStreams('GetShardIterator', at)).json;
  return ((await callStreams('GetRecords', { ShardIterator })).json['Records'] as Json[]).length;
}

describe('the runtime refuses a change of a stream as DynamoDB does', () => {
  const shape = 'One or more parameter values were invalid: ';
  test.each<[fact: string, isOn: boolean, change: Json, more: Json, message: (table: string) => string]>([
    [
      'on while on',
      true,
      { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      {},
      (table) => `Table already has an enabled stream: TableName: ${table}`,
    ],
    [
      'on while on, with the same view type',
      true,
      bothImages,
      {},
      (table) => `Table already has an enabled stream: TableName: ${table}`,
    ],
    [
      'off while off',
      false,
      { StreamEnabled: false },
      {},
      (table) => `Table has no stream to disable: TableName: ${table}`,
    ],
    [
      'on without a view type',
      false,
      { StreamEnabled: true },
      {},
      () => `${shape}If stream is being enabled then UpdateViewType is required`,
    ],
    [
      'off with a view type',
      true,
      { StreamEnabled: false, StreamViewType: 'KEYS_ONLY' },
      {},
      () => `${shape}If stream is being disabled, then UpdateViewType must not be specified`,
    ],
    [
      'together with throughput',
      false,
      bothImages,
      { ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
      () => `${shape}You cannot modify stream status while updating table IOPS`,
    ],
  ])('%s', async (fact, isOn, change, more, message) => {
    const name = `refused-${fact.length}-${isOn}`;
    const table = isOn ? await wire.createTable(name) : await createPlainTable(name);
    const before = await streamOf(table);
    expectError(await changeStream(table, change, more), 'ValidationException', message(table));
    expect(await streamOf(table)).toEqual(before);
  });

  test('DescribeTable shows the ARN of a disabled stream, and no specification', async () => {
    const table = await wire.createTable('off');
    const { LatestStreamArn, LatestStreamLabel } = await streamOf(table);
    await changeStream(table, { StreamEnabled: false });
    await wire.backUp(table);
    expect(await streamOf(table)).toEqual({ LatestStreamArn, LatestStreamLabel });
  });
});

describe('the operations on tags', () => {
  test.each(['TagResource', 'UntagResource', 'ListTagsOfResource'])(
    '%s of a backup or a stream is refused, and the table does not change',
    async (operation) => {
      const table = await wire.createTable(`tags-${operation}`);
      const backup = await wire.backUp(table);
      const stream = String((await streamOf(table))['LatestStreamArn']);
      const ask = (ResourceArn: string) =>
        wire.call(operation, { ResourceArn, Tags: [{ Key: 'a', Value: 'b' }], TagKeys: ['a'] });
      expectError(
        await ask(backup),
        'ValidationException',
        `One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: ${backup}`,
      );
      expectError(
        await ask(stream),
        'ResourceNotFoundException',
        /^Requested resource not found: ResourceArn: /,
      );
      const { TableArn } = await wire.waitUntilActive(table);
      expect((await wire.ok('ListTagsOfResource', { ResourceArn: TableArn }))['Tags'] ?? []).toEqual([]);
    },
  );
});
