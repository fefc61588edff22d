import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Operations } from '../lambda/operations/operations.ts';
import { type Clock, systemClock } from '../lambda/runtime/clock.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import type { Services } from '../lambda/services/services.ts';
import type { Definitions } from '../lib/workflow/definitions.ts';
import { startDatabase } from './dynamodb/embedded-database.ts';
import { lockHome } from './home-lock.ts';
import type { LocalExecutions } from './local-executions.ts';
import { startReconciling } from './reconcile-loop.ts';
import { startKeepingRecovery } from './keep-loop.ts';
import { startServer } from './server.ts';
import { createLocalServices } from './services.ts';
import { startSweeping } from './sweep-loop.ts';

export interface RuntimeOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** The folder that everything is kept in; made if it is missing. */
  readonly home: string;
  /** Any other DynamoDB, `http://...`, instead of the embedded one. */
  readonly dynamodbEndpoint?: string;
  /** The state machines. @default they are synthesized, which loads the CDK and takes two seconds */
  readonly definitions?: Definitions;
  /** @default the system's */
  readonly clock?: Clock;
  readonly log: Log;
  /** Told what is being done, for people who wait. */
  readonly progress?: (line: string) => void;
}

export interface Runtime {
  /** The DynamoDB endpoint to use. */
  readonly url: string;
  readonly services: Services;
  readonly operations: Operations;
  readonly executions: LocalExecutions;
  /** Ends everything in order: requests and steps that were begun, then the database. */
  close(): Promise<void>;
}

/**
 * The embedded runtime in this process. What an earlier one left unfinished is taken up. Throws an `Error` whose message
 * is for people: the home folder or the port is in use, the database is missing or does not start.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { port, log, clock = systemClock, progress = () => {} } = options;
  const home = resolve(options.home);
  await using started = new AsyncDisposableStack();

  await mkdir(home, { recursive: true });
  started.defer(lockHome(home));
  progress(
    options.dynamodbEndpoint === undefined ? 'Starting the embedded database' : 'Looking for DynamoDB',
  );
  const dynamodbEndpoint = options.dynamodbEndpoint ?? (await embedded(home, log, started));
  const definitions = options.definitions ?? (await synthesize(progress));
  const local = await createLocalServices({ dynamodbEndpoint, definitions, home, clock, log });
  started.defer(() => local.close());
  progress('Taking up what was left unfinished');
  started.defer(await startReconciling(local.services));
  started.defer(startSweeping(local.services));
  started.defer(startKeepingRecovery(local.continuous, log));
  const { operations, exports } = local;
  const server = await startServer({ port, dynamodbEndpoint, operations, exports, log });
  started.defer(() => server.close());

  const { services, executions } = local;
  const running = started.move();
  return { url: server.url, services, operations, executions, close: () => running.disposeAsync() };
}

async function synthesize(progress: (line: string) => void): Promise<Definitions> {
  progress('Synthesizing the state machines');
  const { synthesizeDefinitions } = await import('../lib/workflow/definitions.ts');
  return synthesizeDefinitions();
}

async function embedded(home: string, log: Log, started: AsyncDisposableStack): Promise<string> {
  const database = await startDatabase(home, log);
  started.defer(() => database.close());
  return database.endpoint;
}
