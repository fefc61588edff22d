import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Operations } from '../lambda/operations/operations.ts';
import type { ConfiguredSink } from '../lambda/model/data-sinks.ts';
import type { TableGroup } from '../lambda/model/table-groups.ts';
import { type Clock, systemClock } from '../lambda/runtime/clock.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import type { Services } from '../lambda/services/services.ts';
import type { LoadKeys } from '../lambda/dialects/access-keys.ts';
import { type DialectPorts, startDialects } from './dialects.ts';
import { startDatabase } from './dynamodb/embedded-database.ts';
import { lockHome } from './home-lock.ts';
import type { LocalExecutions } from './local-executions.ts';
import { startReconciling } from './reconcile-loop.ts';
import { startKeepingRecovery } from './keep-loop.ts';
import { startServer } from './server.ts';
import { createLocalServices } from './services.ts';
import { startSweeping } from './sweep-loop.ts';

export interface RuntimeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The folder of all its data. It is created if it is missing. */
  readonly home: string;
  /** Another DynamoDB to use instead of the embedded one, `http://...`. */
  readonly dynamodbEndpoint?: string;
  /** @default the system's clock */
  readonly clock?: Clock;
  /** The tables that can be backed up: names and patterns. @default every table */
  readonly tables?: readonly string[];
  /** The table groups, in addition to the group `all`. */
  readonly groups?: readonly TableGroup[];
  /** The data sinks other than the default one, each a folder here. */
  readonly sinks?: readonly ConfiguredSink[];
  readonly log: Log;
  /** Origins of web pages, in addition to those of the loopback, that may use the endpoint; `*`: all. @default none */
  readonly origins?: readonly string[];
  /** The endpoints of the other dialects, with their keys. @default they are not started */
  readonly dialects?: { readonly ports: DialectPorts; readonly keys: LoadKeys };
  /** Reports the current step to people who wait. */
  readonly progress?: (line: string) => void;
}

export interface Runtime {
  /** The address of its DynamoDB endpoint. */
  readonly url: string;
  /** The addresses of the endpoints of the other dialects, if they were started. */
  readonly dialectUrls?: Readonly<Record<keyof DialectPorts, string>>;
  readonly services: Services;
  readonly operations: Operations;
  readonly executions: LocalExecutions;
  /** Ends everything in order: first the requests and steps in progress, then the database. */
  close(): Promise<void>;
}

/**
 * Starts the embedded runtime in this process: a DynamoDB endpoint whose backup operations are Tidemark's.
 *
 *     client -> server.ts -+-> operations (lambda/operations) -> catalog, state machines (local-executions.ts)
 *                          +-> exports and imports (dynamodb/exports/)
 *                          +-> everything else: the embedded database (passthrough.ts, adaptations.ts)
 *
 * `services.ts` puts the services together: the database's client, a folder as object store, recovery
 * (dynamodb/recovery.ts). The loops (reconcile-loop.ts, sweep-loop.ts, keep-loop.ts) replace the schedules on AWS. What
 * always holds: one process uses a home folder at a time, and its data outlive the process, even if it is killed. The
 * runtime continues the unfinished work of an earlier one.
 *
 * Throws an `Error` with a message for people: the home folder or the port is in use, the database is missing or does
 * not start.
 */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { port, log, clock = systemClock, progress = () => {}, origins = [] } = options;
  const home = resolve(options.home);
  await using started = new AsyncDisposableStack();

  await mkdir(home, { recursive: true });
  // Only the owner may read its content, even files that another user has written.
  await chmod(home, 0o700);
  started.defer(lockHome(home));
  progress(
    options.dynamodbEndpoint === undefined ? 'Starting the embedded database' : 'Looking for DynamoDB',
  );
  const dynamodbEndpoint = options.dynamodbEndpoint ?? (await startEmbedded(home, log, started));
  const { tables, groups, sinks } = options;
  const local = await createLocalServices({
    dynamodbEndpoint,
    home,
    clock,
    log,
    ...(tables && { tables }),
    ...(groups && { groups }),
    ...(sinks && { sinks }),
  });
  started.defer(() => local.close());
  progress('Continuing unfinished backups and restores');
  started.defer(await startReconciling(local.services));
  started.defer(startSweeping(local.services));
  started.defer(startKeepingRecovery(local.continuous, log));
  const { operations, exports, guard, ownStreams } = local;
  const server = await startServer({
    port,
    dynamodbEndpoint,
    operations,
    exports,
    guard,
    ownStreams,
    origins,
    log,
  });
  started.defer(() => server.close());
  const dialects = options.dialects && (await startDialects({ ...options.dialects, operations, clock, log }));
  if (dialects !== undefined) {
    started.defer(() => dialects.rds.close());
    started.defer(() => dialects.kinetica.close());
  }

  const { services, executions } = local;
  const running = started.move();
  return {
    url: server.url,
    ...(dialects && { dialectUrls: { rds: dialects.rds.url, kinetica: dialects.kinetica.url } }),
    services,
    operations,
    executions,
    close: () => running.disposeAsync(),
  };
}

async function startEmbedded(home: string, log: Log, started: AsyncDisposableStack): Promise<string> {
  const database = await startDatabase(home, log);
  started.defer(() => database.close());
  return database.endpoint;
}
