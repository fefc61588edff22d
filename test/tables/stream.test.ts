import type { DynamoDBStreamsClient, _Record as SdkRecord } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { describeStream, fromStart, readShard, StreamGap } from '../../lambda/tables/stream.ts';
import { SimulatedTable } from '../support/sources/simulated-stream.ts';

const dayMs = 24 * 60 * 60 * 1000;
const options = { emptyPages: 1, recordsPerPage: 2, seed: 7 };

/** A table of one closed shard of twelve records (the other half has none), and that shard. */
function tableOfOneShard() {
  const table = new SimulatedTable(options);
  const stream = table.stream;
  for (let n = 0; n < 12; n++) table.write(0);
  table.split(0, 2);
  const shard = stream?.shards.find((candidate) => candidate.writes.length > 0);
  if (stream === undefined || shard === undefined) throw new Error('no shard');
  return { table, stream, shard, sequences: shard.writes.map((write) => String(write.place?.sequence)) };
}

/** The sequence numbers from behind a position to the shard's end. */
async function rest(client: DynamoDBStreamsClient, arn: string, shard: string, position: string) {
  const sequences: string[] = [];
  for await (const page of readShard(client, arn, shard, position)) {
    sequences.push(...page.records.map((record) => record.sequence));
    if (page.closed) return sequences;
  }
  throw new Error('the shard has no end');
}

describe('describing a stream', () => {
  it('gives all shards with their parents, over as many pages as it takes', async () => {
    const table = new SimulatedTable(options);
    for (let n = 0; n < 8; n++) table.split(n, 2);
    const stream = table.stream;
    const described = await describeStream(table.client, String(stream?.arn));
    expect(described.enabled).toBe(true);
    expect(described.createdAt).toBe(stream?.createdAt);
    expect(described.shards).toHaveLength(18);
    expect(described.shards).toEqual(stream?.shards.map(({ id, parent }) => ({ id, parent })));
  });

  it('says when it was switched off', async () => {
    const table = new SimulatedTable(options);
    const arn = String(table.stream?.arn);
    table.switchOff();
    expect((await describeStream(table.client, arn)).enabled).toBe(false);
  });

  it('is a gap when there is no such stream', async () => {
    const { client } = new SimulatedTable(options);
    await expect(describeStream(client, 'arn:aws:dynamodb:us-east-1:1:table/x/stream/1')).rejects.toThrow(
      StreamGap,
    );
  });
});

describe('a shard is read', () => {
  it('from its start or from behind any record to its end', async () => {
    const { table, stream, shard, sequences } = tableOfOneShard();
    expect(await rest(table.client, stream.arn, shard.id, fromStart)).toEqual(sequences);
    for (const [i, sequence] of sequences.entries()) {
      expect(await rest(table.client, stream.arn, shard.id, sequence)).toEqual(sequences.slice(i + 1));
    }
  });

  it('from the oldest record that is left, if from its start; a trimmed position is a gap', async () => {
    const { table, stream, shard, sequences } = tableOfOneShard();
    table.now = (shard.writes[5]?.at ?? 0) + dayMs;
    table.trim();
    expect(await rest(table.client, stream.arn, shard.id, fromStart)).toEqual(sequences.slice(5));
    expect(await rest(table.client, stream.arn, shard.id, String(sequences[5]))).toEqual(sequences.slice(6));
    await expect(rest(table.client, stream.arn, shard.id, String(sequences[3]))).rejects.toThrow(StreamGap);
  });

  it('or is a gap when it is gone, also in the middle of reading', async () => {
    const { table, stream, shard } = tableOfOneShard();
    const pages = readShard(table.client, stream.arn, shard.id, fromStart);
    await pages.next();
    table.now += 2 * dayMs;
    table.trim();
    await expect(pages.next()).rejects.toThrow(StreamGap);
    await expect(rest(table.client, stream.arn, shard.id, fromStart)).rejects.toThrow(StreamGap);
  });

  it('and other errors go through', async () => {
    const failing: Pick<DynamoDBStreamsClient, 'send'> = {
      send: () => Promise.reject(new Error('out of reach')),
    };
    const client = failing as DynamoDBStreamsClient;
    await expect(describeStream(client, 'arn')).rejects.toThrow('out of reach');
    await expect(rest(client, 'arn', 'shard', fromStart)).rejects.toThrow('out of reach');
  });
});

describe('a record that does not say what was before and after is refused', () => {
  const pk = { pk: { S: 'a' } };
  const image = { ...pk, value: { N: '1' } };
  const facts = { SequenceNumber: '1', ApproximateCreationDateTime: new Date(1000), Keys: pk };
  const refused: [string, SdkRecord][] = [
    ['an insert of a KEYS_ONLY stream', { eventName: 'INSERT', dynamodb: facts }],
    ['an insert of an OLD_IMAGE stream', { eventName: 'INSERT', dynamodb: { ...facts, OldImage: image } }],
    ['a change of a NEW_IMAGE stream', { eventName: 'MODIFY', dynamodb: { ...facts, NewImage: image } }],
    ['a change of an OLD_IMAGE stream', { eventName: 'MODIFY', dynamodb: { ...facts, OldImage: image } }],
    ['a deletion of a NEW_IMAGE stream', { eventName: 'REMOVE', dynamodb: facts }],
    ['an event of no name', { dynamodb: { ...facts, NewImage: image, OldImage: image } }],
    ['no change', { eventName: 'INSERT' }],
    ...(['SequenceNumber', 'ApproximateCreationDateTime', 'Keys'] as const).map(
      (fact): [string, SdkRecord] => [
        `no ${fact}`,
        { eventName: 'INSERT', dynamodb: { ...facts, NewImage: image, [fact]: undefined } },
      ],
    ),
  ];

  it.each(refused)('%s', async (_what, record) => {
    await expect(rest(serving(record), 'arn', 'shard', fromStart)).rejects.toThrow(
      expect.objectContaining({ code: 'RecordNotUnderstood' }),
    );
  });

  it('while a whole one is taken as it is', async () => {
    const record: SdkRecord = { eventName: 'INSERT', dynamodb: { ...facts, NewImage: image } };
    const page = await readShard(serving(record), 'arn', 'shard', fromStart).next();
    expect(page.value).toEqual({
      records: [{ sequence: '1', second: 1, keys: pk, oldImage: undefined, newImage: image }],
      closed: true,
    });
  });
});

/** A shard of this one record. */
function serving(record: SdkRecord): DynamoDBStreamsClient {
  const answers: object[] = [{ ShardIterator: 'begin' }, { Records: [record] }];
  const client: Pick<DynamoDBStreamsClient, 'send'> = { send: () => Promise.resolve(answers.shift() ?? {}) };
  return client as DynamoDBStreamsClient;
}
