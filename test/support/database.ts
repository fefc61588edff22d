import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';

/** A DynamoDB in memory for the tests of one file. */
export interface TestDatabase {
  readonly endpoint: string;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  close(): Promise<void>;
}

export async function startDatabase(): Promise<TestDatabase> {
  const manifest = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json');
  const port = await freePort();
  const child: ChildProcess = spawn(
    join(dirname(manifest), 'dynoxide'),
    ['serve', '--host', '127.0.0.1', '--port', String(port)],
    { stdio: 'ignore' },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const dynamodb = new DynamoDBClient({ ...settings, maxAttempts: 10 });
  await answers(dynamodb);
  return {
    endpoint,
    dynamodb,
    streams: new DynamoDBStreamsClient(settings),
    async close() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The SDK's own retries bridge the time until it listens. */
async function answers(dynamodb: DynamoDBClient): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await dynamodb.send(new ListTablesCommand({}));
      return;
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
