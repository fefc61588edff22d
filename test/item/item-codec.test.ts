import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from 'vitest';
import { createDynamodbClient, createStreamsClient } from '../../lambda/item/clients.ts';

/** Names with JSON escapes, plain names, and the name that JavaScript treats specially. */
const names = ['"', '\\', '\n', '\\"', 'a"', 'a\\', 'a\n', 'b\\', '\u0001', '/', 'é', '__proto__'];

/** Returns the text of an item with these attributes, each also inside a map. */
function writeItem(first: string, second: string): string {
  const members = [first, second].map((name) => `${JSON.stringify(name)}:{"S":${JSON.stringify(name)}}`);
  return `{${members.join(',')},"m":{"M":{${members.join(',')}}}}`;
}

/** Every item of two names, in an order in which Node's JSON.parse would confuse some of them. */
const items = names.flatMap((first) =>
  names.filter((second) => second !== first).map((second) => writeItem(first, second)),
);

function answering(body: string, statusCode = 200): object {
  return answeringEach(() => body, statusCode);
}

function answeringEach(nextBody: () => string, statusCode = 200): object {
  return {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async () => ({ response: { statusCode, headers: {}, body: Buffer.from(nextBody()) } }),
    },
  };
}

/** Writes items as text again, which changes if a name was confused with another or a value was lost. */
function writeAll(read: readonly unknown[] | undefined): string[] {
  return (read ?? []).map((item) => JSON.stringify(item));
}

const key = { k: { S: 'k' } };

describe('the attribute names in an answer of DynamoDB', () => {
  const list = items.join(',');

  it('are read correctly from an answer to Scan', async () => {
    const client = createDynamodbClient(answering(`{"Items":[${list}]}`));
    expect(writeAll((await client.send(new ScanCommand({ TableName: 'Music' }))).Items)).toEqual(items);
  });

  it('are read correctly from an answer to Query, and from the key of its last item', async () => {
    const client = createDynamodbClient(answering(`{"Items":[${list}],"LastEvaluatedKey":${items[0]}}`));
    const read = await client.send(new QueryCommand({ TableName: 'Music' }));
    expect(writeAll(read.Items)).toEqual(items);
    expect(writeAll([read.LastEvaluatedKey])).toEqual(items.slice(0, 1));
  });

  it('are read correctly from an answer to GetItem', async () => {
    let item = '';
    const client = createDynamodbClient(answeringEach(() => `{"Item":${item}}`));
    for (item of items) {
      const read = await client.send(new GetItemCommand({ TableName: 'Music', Key: key }));
      expect(writeAll([read.Item])).toEqual([item]);
    }
  });

  it('are read correctly from an answer to BatchGetItem', async () => {
    const client = createDynamodbClient(answering(`{"Responses":{"Music":[${list}]}}`));
    const read = await client.send(new BatchGetItemCommand({ RequestItems: { Music: { Keys: [key] } } }));
    expect(writeAll(read.Responses?.['Music'])).toEqual(items);
  });

  it('are read correctly from an answer to TransactGetItems', async () => {
    const responses = items.map((item) => `{"Item":${item}}`).join(',');
    const client = createDynamodbClient(answering(`{"Responses":[${responses}]}`));
    const get = { Get: { TableName: 'Music', Key: key } };
    const read = await client.send(new TransactGetItemsCommand({ TransactItems: [get] }));
    expect(writeAll(read.Responses?.map(({ Item }) => Item))).toEqual(items);
  });

  it('are read correctly from the item that a failed condition returns', async () => {
    let item = '';
    const type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    const client = createDynamodbClient(answeringEach(() => `{"__type":"${type}","Item":${item}}`, 400));
    for (item of items) {
      const failed = await client
        .send(new PutItemCommand({ TableName: 'Music', Item: key }))
        .catch((cause: unknown) => cause);
      expect(failed).toBeInstanceOf(ConditionalCheckFailedException);
      expect(writeAll([(failed as ConditionalCheckFailedException).Item])).toEqual([item]);
    }
  });

  it('are read correctly from the records of a stream', async () => {
    const records = items.map(
      (item) => `{"dynamodb":{"Keys":${item},"OldImage":${item},"NewImage":${item}}}`,
    );
    const client = createStreamsClient(answering(`{"Records":[${records.join(',')}]}`));
    const read = await client.send(new GetRecordsCommand({ ShardIterator: 'i' }));
    expect(writeAll(read.Records?.map((record) => record.dynamodb?.Keys))).toEqual(items);
    expect(writeAll(read.Records?.map((record) => record.dynamodb?.OldImage))).toEqual(items);
    expect(writeAll(read.Records?.map((record) => record.dynamodb?.NewImage))).toEqual(items);
  });
});

it('the clients read the times and the bytes of a stream’s record', async () => {
  const change =
    '"ApproximateCreationDateTime":1700000000.0,"Keys":{"k":{"B":"QUI="},"l":{"L":[{"BS":["QQ=="]}]}}';
  const client = createStreamsClient(answering(`{"Records":[{"dynamodb":{${change}}}]}`));
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator: 'i' }));
  expect(Records?.[0]?.dynamodb).toEqual({
    ApproximateCreationDateTime: new Date(1_700_000_000_000),
    Keys: { k: { B: Uint8Array.from([65, 66]) }, l: { L: [{ BS: [Uint8Array.from([65])] }] } },
  });
});

it('this version of Node still confuses names in JSON.parse: once it does not, parse-json.ts is no longer needed', () => {
  const mistaken = items.filter((item) => JSON.stringify(JSON.parse(item)) !== item);
  expect(mistaken.length).toBeGreaterThan(0);
});
