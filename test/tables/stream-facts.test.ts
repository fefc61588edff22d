import { globSync, readFileSync } from 'node:fs';
import type { DynamoDBClient, StreamSpecification, TableDescription } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { defaultConfig } from '../../lambda/services/config.ts';
import { findStream } from '../../lambda/sources/find-stream.ts';
import { continueByStream } from '../../lambda/sources/stream/choose.ts';
import type { Situation } from '../../lambda/sources/source.ts';
import { deletedStatus, describeTable, enableStream, type Table } from '../../lambda/tables/table.ts';

/*
 * Facts of DynamoDB's streams, as probes of the service found them in October 2026, one a case: what a reader of streams must
 * and must not conclude from them.
 */

const tableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music';
const streamArn = (label: string) => `${tableArn}/stream/${label}`;
const first = streamArn('2026-10-08T23:07:31.275');
const second = streamArn('2026-10-08T23:09:02.118');
const images: StreamSpecification = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };

/** Creates the answer of DescribeTable for a table. */
async function describeAs(answer: Partial<TableDescription>): Promise<Table> {
  const send = async ({ constructor }: object) =>
    constructor.name === 'DescribeTableCommand'
      ? { Table: { TableName: 'Music', TableArn: tableArn, TableId: 'id', TableStatus: 'ACTIVE', ...answer } }
      : {};
  return describeTable({ send } as unknown as DynamoDBClient, 'Music');
}

/** Looks for the stream of a table whose stream DescribeStream answers with this status. */
async function findWith(table: Table, StreamStatus: string) {
  const updates: object[] = [];
  const streams = { send: async () => ({ StreamDescription: { StreamStatus, Shards: [] } }) };
  const dynamodb = { send: async ({ input }: { input: object }) => updates.push(input) };
  const services = {
    clock: { now: () => 0, sleep: async () => {} },
    config: { ...defaultConfig, missingStream: 'enable' as const },
    dynamodb: dynamodb as unknown as DynamoDBClient,
    streams: streams as unknown as DynamoDBStreamsClient,
  };
  const found = await findStream(services, { table, requestedAt: 0 });
  return { found, updates };
}

describe('of the streams that DescribeTable names, a backup uses', () => {
  const described: [fact: string, answer: Partial<TableDescription>, expected: string | undefined][] = [
    ['the latest one while it is enabled', { StreamSpecification: images, LatestStreamArn: first }, first],
    [
      'none that is off: the specification is absent, ARN and label stay',
      { LatestStreamArn: first },
      undefined,
    ],
    ['none of a table that never had one, as of a restored one', {}, undefined],
    [
      'none of another view type, which cannot change in place',
      {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
        LatestStreamArn: first,
      },
      undefined,
    ],
  ];

  it.each(described)('%s', async (_fact, answer, expected) => {
    expect((await describeAs(answer)).streamArn).toBe(expected);
  });
});

describe('the status of a stream', () => {
  const table = () => describeAs({ StreamSpecification: images, LatestStreamArn: first });

  it('decides whether a stream that DescribeTable names already is ready', async () => {
    const updating = await describeAs({
      TableStatus: 'UPDATING',
      StreamSpecification: images,
      LatestStreamArn: first,
    });
    expect(updating.streamArn).toBe(first);
    expect((await findWith(updating, 'ENABLING')).found).toBe('wait');
    expect((await findWith(await table(), 'ENABLED')).found).toMatchObject({ arn: first });
  });

  it.each(['ENABLED', 'DISABLING', 'DISABLED'])(
    'does not matter for a deleted table, whose stream stays readable: %s',
    async (status) => {
      const deleted: Table = { ...(await table()), status: deletedStatus };
      expect((await findWith(deleted, status)).found).toMatchObject({ arn: first });
    },
  );
});

it('a stream that is on again is another stream, by which no earlier snapshot is continued', () => {
  const situation: Situation = {
    table: 'Music',
    now: 0,
    marker: 0,
    onlyIncrement: false,
    config: defaultConfig,
    recovery: undefined,
    stream: { arn: second, createdAt: 0 },
    parents: [{ id: 'p' as never, manifestSha256: '', marker: 0, ends: { stream: first } }],
  };
  const { stream: _, ...rest } = situation;
  expect(continueByStream(situation)).toMatchObject({ why: ['stream: p: it ends in another stream'] });
  expect(continueByStream({ ...rest, stream: { arn: first, createdAt: 0 } })).toMatchObject({
    chosen: { origin: { stream: first } },
  });
});

describe('a change of a stream', () => {
  it('is requested alone, with the view type, and only of a table that is ACTIVE and has none', async () => {
    const only = { TableName: 'Music', StreamSpecification: images };
    const off = await describeAs({ LatestStreamArn: first });
    expect((await findWith(off, 'DISABLED')).updates).toEqual([only]);
    for (const TableStatus of ['CREATING', 'UPDATING', 'DELETING'] as const)
      expect((await findWith(await describeAs({ TableStatus }), 'DISABLED')).updates).toEqual([]);
    const on = await describeAs({ StreamSpecification: images, LatestStreamArn: first });
    expect((await findWith(on, 'ENABLED')).updates).toEqual([]);
    const sent: object[] = [];
    const client = { send: async ({ input }: { input: object }) => sent.push(input) };
    await enableStream(client as unknown as DynamoDBClient, 'Music');
    expect(sent).toEqual([only]);
  });

  it('is never to switch one off or to change its view type: that would end a stream that feeds others', () => {
    const text = globSync('lambda/**/*.ts').map((file) => readFileSync(file, 'utf8'));
    expect(text.filter((source) => source.includes('StreamEnabled: false'))).toEqual([]);
  });
});

it('no stream is found by ListStreams, which lists those of deleted tables of the name too', () => {
  const files = globSync(['lambda/**/*.ts', 'lib/**/*.ts']);
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => /ListStreams/.test(readFileSync(file, 'utf8')))).toEqual([]);
});
