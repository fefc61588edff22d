import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type DynamoDBStreamsClient,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { type EmbeddedDatabase, startDatabase } from '../../../local/dynamodb/embedded-database.ts';
import { killLeftOver } from '../../../local/left-over.ts';
import { createClients, createTable, createTemporaryFolder } from '../../support/local/support.ts';

const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

async function startAndClose(home: string, log: Log = silentLog): Promise<EmbeddedDatabase> {
  const database = await startDatabase(home, log);
  onTestFinished(() => database.close());
  return database;
}

async function put(dynamodb: DynamoDBClient, ...ids: string[]): Promise<void> {
  for (const id of ids) {
    await dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: id } } }));
  }
}

async function latestStream(dynamodb: DynamoDBClient): Promise<string> {
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
  return String(Table?.LatestStreamArn);
}

/** Returns the ids in the stream's records, in order. */
async function readStream(streams: DynamoDBStreamsClient, arn: string): Promise<(string | undefined)[]> {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: arn }));
  const shard = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await streams.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map((record) => record.dynamodb?.Keys?.['id']?.S);
}

describe('a stream of the embedded database', () => {
  test('contains only its own records after its table was deleted and created again', async () => {
    const { dynamodb, streams } = createClients(
      (await startAndClose(await createTemporaryFolder())).endpoint,
    );
    await createTable(dynamodb, 'orders', { StreamSpecification: stream });
    await put(dynamodb, 'a', 'b');
    expect(await readStream(streams, await latestStream(dynamodb))).toEqual(['a', 'b']);
    await dynamodb.send(new DeleteTableCommand({ TableName: 'orders' }));
    await createTable(dynamodb, 'orders', { StreamSpecification: stream });
    expect(await readStream(streams, await latestStream(dynamodb))).toEqual([]);
    await put(dynamodb, 'c');
    expect(await readStream(streams, await latestStream(dynamodb))).toEqual(['c']);
  });

  test('contains only its own records after it was disabled and enabled again', async () => {
    const { dynamodb, streams } = createClients(
      (await startAndClose(await createTemporaryFolder())).endpoint,
    );
    await createTable(dynamodb, 'orders', { StreamSpecification: stream });
    await createTable(dynamodb, 'other', { StreamSpecification: stream });
    await put(dynamodb, 'a', 'b');
    const first = await latestStream(dynamodb);
    const off = { StreamSpecification: { StreamEnabled: false } };
    await dynamodb.send(new UpdateTableCommand({ TableName: 'orders', ...off }));
    await put(dynamodb, 'unseen');
    await dynamodb.send(new UpdateTableCommand({ TableName: 'orders', StreamSpecification: stream }));
    const second = await latestStream(dynamodb);
    expect(second).not.toBe(first);
    await put(dynamodb, 'c');
    expect(await readStream(streams, second)).toEqual(['c']);
  });

  test('still contains its own records when another table’s stream is disabled', async () => {
    const { dynamodb, streams } = createClients(
      (await startAndClose(await createTemporaryFolder())).endpoint,
    );
    await createTable(dynamodb, 'orders', { StreamSpecification: stream });
    await put(dynamodb, 'a');
    await createTable(dynamodb, 'orders-2', { StreamSpecification: stream });
    await dynamodb.send(new DeleteTableCommand({ TableName: 'orders-2' }));
    expect(await readStream(streams, await latestStream(dynamodb))).toEqual(['a']);
  });
});

test('the database listens on a random address of the loopback', async () => {
  const homes = [await createTemporaryFolder(), await createTemporaryFolder()];
  const hosts = await Promise.all(
    homes.map(async (home) => new URL((await startAndClose(home)).endpoint).hostname),
  );
  for (const host of hosts) expect(host).toMatch(/^127(\.[1-9]\d{0,2}){3}$/);
  expect(hosts[0]).not.toBe(hosts[1]);
});

test('the database finds the number of a stream record by an index', async () => {
  const home = await createTemporaryFolder();
  await startAndClose(home);
  const database = new DatabaseSync(join(home, 'dynamodb.db'), { readOnly: true });
  onTestFinished(() => database.close());
  const plan = database
    .prepare(
      'EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?',
    )
    .all('orders');
  expect(plan.map((row) => row['detail']).join()).toContain('USING COVERING INDEX tidemark_stream_numbers');
});

describe('a database that a killed runtime did not stop', () => {
  async function bystander(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()', '--', ...args]);
    await once(child, 'spawn');
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  test('is stopped when the next runtime starts', async () => {
    const home = await createTemporaryFolder();
    const args = ['--db-path', join(home, 'dynamodb.db')];
    const leftOver = await bystander(...args);
    const ended = once(leftOver, 'exit');
    const pidFile = join(home, 'left-over.pid');
    await writeFile(pidFile, String(leftOver.pid));
    await killLeftOver(pidFile, { executable: process.execPath, arguments: args });
    expect(await ended).toEqual([null, 'SIGKILL']);
    await expect(readFile(pidFile, 'utf8')).rejects.toThrow('ENOENT');
  });

  test.each([
    ['of another file', '--db-path', 'dynamodb.db-of-another'],
    ['of another program with the same arguments', '--db-path', 'dynamodb.db'],
    ['that only mentions the file', 'dynamodb.db', '--db-path'],
  ])('is not confused with a process %s that has its id now', async (_name, ...args) => {
    const home = await createTemporaryFolder();
    const other = await bystander(...args.map((arg) => arg.replace('dynamodb', join(home, 'dynamodb'))));
    await writeFile(join(home, 'dynamodb.pid'), String(other.pid));
    await startAndClose(home);
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
  });

  test('does not prevent a start if the file with its process id contains anything else', async () => {
    const home = await createTemporaryFolder();
    for (const content of ['no number', '-1', '0', '1', '99999999999', 'NaN', '1e3']) {
      await writeFile(join(home, 'dynamodb.pid'), content);
      await killLeftOver(join(home, 'dynamodb.pid'), { executable: process.execPath, arguments: ['x'] });
    }
    await writeFile(join(home, 'dynamodb.pid'), 'no number');
    await expect(startAndClose(home)).resolves.toHaveProperty('endpoint');
  });
});

test('startDatabase throws the reason why a database does not start', async () => {
  const home = await createTemporaryFolder();
  await writeFile(
    join(home, 'dynamodb.db'),
    'this is no database, but it is long enough to be read'.repeat(100),
  );
  await expect(startDatabase(home, silentLog)).rejects.toThrow(/does not start: .*database/s);
});

test('a database that ends unexpectedly is logged', async () => {
  const home = await createTemporaryFolder();
  const logged = Promise.withResolvers<string>();
  await startAndClose(home, { ...silentLog, error: logged.resolve });
  process.kill(Number(await readFile(join(home, 'dynamodb.pid'), 'utf8')), 'SIGKILL');
  expect(await logged.promise).toContain('database has ended');
});
