import type { DynamoDBStreamsClient, _Record as SdkRecord } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { describeStream, fromStart, readShard, StreamGap } from '../../lambda/tables/stream.ts';
import { SimulatedTable, toSequenceNumber } from '../support/sources/simulated-stream.ts';

const dayMs = 24 * 60 * 60 * 1000;
const options = { emptyPages: 1, recordsPerPage: 2, seed: 7 };

/** Creates a table with one closed shard of twelve records (the other shard has none). Returns that shard. */
function createTableOfOneShard() {
  const table = new SimulatedTable(options);
  const stream = table.stream;
  for (let n = 0; n < 12; n++) table.write(0);
  table.split(0, 2);
  const shard = stream?.shards.find((candidate) => candidate.writes.length > 0);
  if (stream === undefined || shard === undefined) throw new Error('no shard');
  return {
    table,
    stream,
    shard,
    sequences: shard.writes.map(({ place }) => toSequenceNumber(place?.sequence ?? 0n)),
  };
}

/** Reads the sequence numbers after a position to the shard's end. */
async function readRest(client: DynamoDBStreamsClient, arn: string, shard: string, position: string) {
  const sequences: string[] = [];
  for await (const page of readShard(client, arn, shard, position)) {
    sequences.push(...page.records.map((record) => record.sequence));
    if (page.closed) return sequences;
  }
  throw new Error('the shard has no end');
}

describe('describeStream', () => {
  it('returns all shards with their parents, over as many pages as it takes', async () => {
    const table = new SimulatedTable(options);
    for (let n = 0; n < 8; n++) table.split(n, 2);
    const stream = table.stream;
    const described = await describeStream(table.client, String(stream?.arn));
    expect(described.enabled).toBe(true);
    expect(described.createdAt).toBe(stream?.createdAt);
    expect(described.shards).toHaveLength(18);
    expect(described.shards).toEqual(stream?.shards.map(({ id, parent }) => ({ id, parent })));
  });

  it('reports that a stream was disabled', async () => {
    const table = new SimulatedTable(options);
    const arn = String(table.stream?.arn);
    table.switchOff();
    expect((await describeStream(table.client, arn)).enabled).toBe(false);
  });

  it('throws StreamGap if there is no such stream', async () => {
    const { client } = new SimulatedTable(options);
    await expect(describeStream(client, 'arn:aws:dynamodb:us-east-1:1:table/x/stream/1')).rejects.toThrow(
      StreamGap,
    );
  });
});

describe('readShard', () => {
  it('reads from the start of a shard or after any record to its end', async () => {
    const { table, stream, shard, sequences } = createTableOfOneShard();
    expect(await readRest(table.client, stream.arn, shard.id, fromStart)).toEqual(sequences);
    for (const [i, sequence] of sequences.entries()) {
      expect(await readRest(table.client, stream.arn, shard.id, sequence)).toEqual(sequences.slice(i + 1));
    }
  });

  it('reads from the oldest record that is not trimmed, and throws StreamGap for a trimmed position', async () => {
    const { table, stream, shard, sequences } = createTableOfOneShard();
    table.now = (shard.writes[5]?.at ?? 0) + dayMs;
    table.trim();
    expect(await readRest(table.client, stream.arn, shard.id, fromStart)).toEqual(sequences.slice(5));
    expect(await readRest(table.client, stream.arn, shard.id, String(sequences[5]))).toEqual(
      sequences.slice(6),
    );
    await expect(readRest(table.client, stream.arn, shard.id, String(sequences[3]))).rejects.toThrow(
      StreamGap,
    );
  });

  it('throws StreamGap if the stream is gone, even in the middle of reading', async () => {
    const { table, stream, shard } = createTableOfOneShard();
    const pages = readShard(table.client, stream.arn, shard.id, fromStart);
    await pages.next();
    table.now += 2 * dayMs;
    table.trim();
    await expect(pages.next()).rejects.toThrow(StreamGap);
    await expect(readRest(table.client, stream.arn, shard.id, fromStart)).rejects.toThrow(StreamGap);
  });

  it('throws any other error unchanged', async () => {
    const failing: Pick<DynamoDBStreamsClient, 'send'> = {
      send: () => Promise.reject(new Error('out of reach')),
    };
    const client = failing as DynamoDBStreamsClient;
    await expect(describeStream(client, 'arn')).rejects.toThrow('out of reach');
    await expect(readRest(client, 'arn', 'shard', fromStart)).rejects.toThrow('out of reach');
  });
});

describe('readShard for a record that lacks an image, its keys, time or number', () => {
  const pk = { pk: { S: 'a' } };
  const image = { ...pk, value: { N: '1' } };
  const facts = { SequenceNumber: '1', ApproximateCreationDateTime: new Date(1000), Keys: pk };
  const refused: [string, SdkRecord][] = [
    ['an insert of a KEYS_ONLY stream', { eventName: 'INSERT', dynamodb: facts }],
    ['an insert of an OLD_IMAGE stream', { eventName: 'INSERT', dynamodb: { ...facts, OldImage: image } }],
    ['a change of a NEW_IMAGE stream', { eventName: 'MODIFY', dynamodb: { ...facts, NewImage: image } }],
    ['a change of an OLD_IMAGE stream', { eventName: 'MODIFY', dynamodb: { ...facts, OldImage: image } }],
    ['a deletion of a NEW_IMAGE stream', { eventName: 'REMOVE', dynamodb: facts }],
    ['an event without a name', { dynamodb: { ...facts, NewImage: image, OldImage: image } }],
    ['an event without a change', { eventName: 'INSERT' }],
    ...(['SequenceNumber', 'ApproximateCreationDateTime', 'Keys'] as const).map(
      (fact): [string, SdkRecord] => [
        `no ${fact}`,
        { eventName: 'INSERT', dynamodb: { ...facts, NewImage: image, [fact]: undefined } },
      ],
    ),
  ];

  it.each(refused)('throws RecordNotUnderstood: %s', async (_what, record) => {
    await expect(readRest(clientWith(record), 'arn', 'shard', fromStart)).rejects.toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it('returns a complete record unchanged', async () => {
    const record: SdkRecord = { eventName: 'INSERT', dynamodb: { ...facts, NewImage: image } };
    const page = await readShard(clientWith(record), 'arn', 'shard', fromStart).next();
    expect(page.value).toEqual({
      records: [{ sequence: '1', second: 1, keys: pk, oldImage: undefined, newImage: image }],
      closed: true,
    });
  });
});

/** Creates a client for a shard with this one record. */
function clientWith(record: SdkRecord): DynamoDBStreamsClient {
  const answers: object[] = [{ ShardIterator: 'begin' }, { Records: [record] }];
  const client: Pick<DynamoDBStreamsClient, 'send'> = { send: () => Promise.resolve(answers.shift() ?? {}) };
  return client as DynamoDBStreamsClient;
}
