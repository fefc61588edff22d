import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { createDynamodbClient } from '../../lambda/item/clients.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { databaseFile, startDatabase as startEmbedded } from '../../local/dynamodb/embedded-database.ts';
import { createStreamsClient } from '../../local/dynamodb/streams-client.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** An embedded DynamoDB for the tests of one file. */
export interface TestDatabase {
  /** The clock that the database keeps step with. */
  readonly clock: SimulatedClock;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  /** Another client of it. */
  client(): DynamoDBClient;
  close(): Promise<void>;
}

export async function startDatabase(): Promise<TestDatabase> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-database-'));
  const embedded = await startEmbedded(home, silentLog);
  const clock = new SimulatedClock();
  clock.drive(databaseFile(home));
  const settings = {
    endpoint: embedded.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const openClient = (): DynamoDBClient => dateAnswers(createDynamodbClient(settings), clock);
  const dynamodb = openClient();
  return {
    clock,
    dynamodb,
    streams: createStreamsClient(dynamodb, settings),
    client: openClient,
    async close() {
      clock.release();
      await embedded.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Has the answers say the clock's time, which the database keeps step with, instead of the system's. */
function dateAnswers(client: DynamoDBClient, clock: SimulatedClock): DynamoDBClient {
  client.middlewareStack.add(
    (next) => async (call) => {
      const result = await next(call);
      const { headers } = result.response as { readonly headers: Record<string, string> };
      headers['date'] = new Date(clock.now()).toUTCString();
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'dateAnswers' },
  );
  return client;
}
