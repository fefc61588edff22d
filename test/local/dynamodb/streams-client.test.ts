import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeTableCommand, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { expect, onTestFinished, test } from 'vitest';
import { describeStream, fromStart, readShard, StreamGap } from '../../../lambda/tables/stream.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createStreamsClient } from '../../../local/dynamodb/streams-client.ts';
import { useDatabase } from '../../support/database.ts';
import { createClients, createTable } from '../../support/local/support.ts';

const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;

const database = useDatabase();

async function setUp() {
  const { clock, dynamodb, streams } = database;
  const TableName = `orders-${randomIds.hex(8)}`;
  await createTable(dynamodb, TableName, { StreamSpecification: stream });
  const put = (id: string) => dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: id } } }));
  const replaceStream = async (): Promise<void> => {
    for (const next of [{ StreamEnabled: false }, stream]) {
      await dynamodb.send(new UpdateTableCommand({ TableName, StreamSpecification: next }));
    }
  };
  const latest = async () => {
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
    return String(Table?.LatestStreamArn);
  };
  return {
    clock,
    streams,
    arn: await latest(),
    shard: `shardId-00000001-${TableName}`,
    latest,
    put,
    replaceStream,
  };
}

test('the reader reads the latest stream page by page', async () => {
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

test('the reader rejects a stream that was replaced, instead of reading the stream that replaced it', async () => {
  const { streams, arn, shard, put, replaceStream } = await setUp();
  await put('a');
  await replaceStream();
  await put('b');
  await expect(describeStream(streams, arn)).rejects.toThrow(StreamGap);
  const first = readShard(streams, arn, shard, fromStart).next();
  await expect(first).rejects.toThrow(StreamGap);
});

test('a stream’s creation time is when it was enabled, not when its table was created', async () => {
  const { clock, streams, latest, replaceStream } = await setUp();
  const from = clock.now();
  clock.advance(2000);
  await replaceStream();
  const { createdAt } = await describeStream(streams, await latest());
  expect(createdAt).toBeGreaterThan(from + 1000);
  expect(createdAt).toBeLessThanOrEqual(clock.now());
});

test('a stream of another database, whose label is a date, keeps the creation time that the database reports', async () => {
  const arn = 'arn:aws:dynamodb:ddblocal:000000000000:table/orders/stream/2026-08-29T09:30:07.758';
  const created = 1_787_995_807;
  const described = { StreamArn: arn, StreamStatus: 'ENABLED', CreationRequestDateTime: created, Shards: [] };
  const server = createServer((request, response) => {
    const isStream = String(request.headers['x-amz-target']).endsWith('.DescribeStream');
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end(
      JSON.stringify(isStream ? { StreamDescription: described } : { Table: { LatestStreamArn: arn } }),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { dynamodb } = createClients(endpoint);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const streams = createStreamsClient(dynamodb, { endpoint, region: 'us-east-1', credentials });
  expect((await describeStream(streams, arn)).createdAt).toBe(created * 1000);
});

test('the reader rejects an iterator after its stream was replaced', async () => {
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
