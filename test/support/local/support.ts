import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { onTestFinished } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { type Runtime, type RuntimeOptions, startRuntime } from '../../../local/runtime.ts';

/** Creates a folder that is removed after the test. */
export async function createTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-local-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a runtime in this process on any free port. It ends after the test, unless the test closes it. */
export async function startTestRuntime(
  home: string,
  options: Partial<RuntimeOptions> = {},
): Promise<Runtime> {
  const runtime = await startRuntime({
    port: 0,
    home,
    log: silentLog,
    ...options,
  });
  onTestFinished(() => runtime.close());
  return runtime;
}

/** Creates AWS's clients for an endpoint. */
export function createClients(endpoint: string): {
  dynamodb: DynamoDBClient;
  streams: DynamoDBStreamsClient;
} {
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  return { dynamodb: new DynamoDBClient(settings), streams: new DynamoDBStreamsClient(settings) };
}

/** Sends a call over HTTP without a client. */
export function call(url: string, target: string, body: string | object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': target,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export async function createTable(
  dynamodb: DynamoDBClient,
  name: string,
  more: Partial<CreateTableCommandInput> = {},
): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      ...more,
    }),
  );
}

/** Writes the items number 0 to `count` - 1, in batches of the largest size. */
export async function fill(
  dynamodb: DynamoDBClient,
  table: string,
  count: number,
  text = 'first',
): Promise<void> {
  for (let from = 0; from < count; from += 25) {
    const puts = Array.from({ length: Math.min(25, count - from) }, (_, i) => ({
      PutRequest: { Item: { text: { S: text }, id: { S: `item-${from + i}` } } },
    }));
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
  }
}

/** Reads all items as text, sorted. */
export async function readItems(dynamodb: DynamoDBClient, table: string): Promise<string[]> {
  const items: string[] = [];
  for await (const page of paginateScan({ client: dynamodb, pageSize: 1000 }, { TableName: table })) {
    items.push(...(page.Items ?? []).map(asText));
  }
  return items.sort();
}

/** Renders an item as text that does not depend on the order of its attributes. */
function asText(item: Record<string, AttributeValue>): string {
  return Object.keys(item)
    .sort()
    .map((name) => `${name}=${JSON.stringify(item[name])}`)
    .join(' ');
}
