import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { onTestFinished } from 'vitest';
import { createDynamodbClient } from '../../lambda/item/clients.ts';

/** The server's answer to a request. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A request that the server received. */
export interface Received {
  readonly bytes: number;
  readonly body: string;
}

/** Starts a server that answers every request with `answer`, and a client of it, until the test ends. */
export async function startAnsweringServer(
  answer: (received: Received) => Answer,
): Promise<{ readonly dynamodb: DynamoDBClient; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const one = { bytes: body.length, body: body.toString() };
      received.push(one);
      const { status, body: text } = answer(one);
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const dynamodb = createDynamodbClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  onTestFinished(() => {
    dynamodb.destroy();
    server.close();
  });
  return { dynamodb, received };
}
