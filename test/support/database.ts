import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, inject } from 'vitest';
import { createDynamodbClient } from '../../lambda/item/clients.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { findDatabaseFile, startDatabase as startEmbedded } from '../../local/dynamodb/embedded-database.ts';
import { createStreamsClient } from '../../local/dynamodb/streams-client.ts';
import { SimulatedClock } from './simulated-clock.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The profile of the running test: see vitest.config.ts. */
    profile: string;
  }
}

/** An embedded DynamoDB for the tests of one file. */
export interface TestDatabase {
  /** The clock that the database uses. */
  readonly clock: SimulatedClock;
  readonly dynamodb: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  /** Creates another client of the database. */
  client(): DynamoDBClient;
  close(): Promise<void>;
}

/** Registers the hooks that start and close the database of the calling file. Use it while hooks and tests run. */
export function useDatabase(): TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await startDatabase();
  });
  afterAll(() => database?.close());
  const running = (): TestDatabase => {
    if (database === undefined) throw new Error('the database runs only while hooks and tests do');
    return database;
  };
  return {
    get clock() {
      return running().clock;
    },
    get dynamodb() {
      return running().dynamodb;
    },
    get streams() {
      return running().streams;
    },
    client: () => running().client(),
    close: () => running().close(),
  };
}

/** Starts a database that its caller closes. Throws in a unit test, because the folder decides the profile of a test. */
export async function startDatabase(): Promise<TestDatabase> {
  if (inject('profile') === 'unit')
    throw new Error('A unit test has no database. Move the file into a folder named `database`.');
  const home = await mkdtemp(join(tmpdir(), 'tidemark-database-'));
  const embedded = await startEmbedded(home, silentLog);
  const clock = new SimulatedClock();
  clock.drive(findDatabaseFile(home));
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

/** Puts the clock's time into the answers' `Date` header, in place of the system's. */
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
