import { DescribeTableCommand, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { describeStream, fromStart, readShard, StreamGap } from '../../lambda/sources/stream.ts';
import { startDatabase } from '../../local/embedded-database.ts';
import { streamsClient } from '../../local/streams-client.ts';
import { clients, createTable, temporaryFolder } from './support.ts';

const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

async function setUp() {
  const database = await startDatabase(await temporaryFolder(), silentLog);
  onTestFinished(() => database.close());
  const { dynamodb } = clients(database.endpoint);
  const settings = {
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  await createTable(dynamodb, 'orders', { StreamSpecification: stream });
  const put = (id: string) =>
    dynamodb.send(new PutItemCommand({ TableName: 'orders', Item: { id: { S: id } } }));
  const replaceStream = async (): Promise<void> => {
    for (const next of [{ StreamEnabled: false }, stream]) {
      await dynamodb.send(new UpdateTableCommand({ TableName: 'orders', StreamSpecification: next }));
    }
  };
  const latest = async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: 'orders' }));
    return String(Table?.LatestStreamArn);
  };
  return { streams: streamsClient(dynamodb, settings), arn: await latest(), latest, put, replaceStream };
}

test('the latest stream is read page by page', async () => {
  const { streams, arn, put } = await setUp();
  await put('a');
  const [shard] = (await describeStream(streams, arn)).shards;
  const pages = readShard(streams, arn, String(shard?.id), fromStart);
  const ids = async () => {
    const { value } = await pages.next();
    return value?.records.map((record: { keys: object }) => record.keys);
  };
  expect(await ids()).toEqual([{ id: { S: 'a' } }]);
  await put('b');
  expect(await ids()).toEqual([{ id: { S: 'b' } }]);
});

test('a stream that was replaced is refused, not answered from the next one', async () => {
  const { streams, arn, put, replaceStream } = await setUp();
  await put('a');
  await replaceStream();
  await put('b');
  await expect(describeStream(streams, arn)).rejects.toThrow(StreamGap);
  const first = readShard(streams, arn, 'shardId-00000001-orders', fromStart).next();
  await expect(first).rejects.toThrow(StreamGap);
});

test('a stream has the time at which it was switched on, not its table’s', async () => {
  const { streams, latest, replaceStream } = await setUp();
  const from = Date.now();
  await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(from + 1000), 3000);
  await replaceStream();
  const { createdAt } = await describeStream(streams, await latest());
  expect(createdAt).toBeGreaterThan(from + 1000);
  expect(createdAt).toBeLessThanOrEqual(Date.now());
});

test('an iterator of a stream that was replaced since is refused', async () => {
  const { streams, arn, put, replaceStream } = await setUp();
  await put('a');
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: arn }));
  const shard = StreamDescription?.Shards?.[0]?.ShardId;
  const { ShardIterator } = await streams.send(
    new GetShardIteratorCommand({ StreamArn: arn, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
  expect(page.Records).toHaveLength(1);
  await replaceStream();
  const next = streams.send(new GetRecordsCommand({ ShardIterator: page.NextShardIterator }));
  await expect(next).rejects.toThrow('not found');
});
