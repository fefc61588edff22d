import { join } from 'node:path';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { openCatalog } from '../lambda/catalog/catalog.ts';
import { noNativeBackups } from './dynamodb/no-native-backups.ts';
import { type Operations, createOperations } from '../lambda/operations/operations.ts';
import { createDynamodbClient } from '../lambda/item/clients.ts';
import type { Clock } from '../lambda/runtime/clock.ts';
import { type Config, defaultConfig } from '../lambda/services/config.ts';
import { reasonOf } from '../lambda/runtime/errors.ts';
import { randomIds } from '../lambda/runtime/ids.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import type { Services } from '../lambda/services/services.ts';
import { createDirectoryStore } from '../lambda/storage/directory-store.ts';
import type { Definitions } from '../lib/workflow/definitions.ts';
import { catalogTable, createCatalog } from './catalog-table.ts';
import { EmbeddedRecovery } from './dynamodb/recovery.ts';
import { answerClient } from './dynamodb/exports/answers.ts';
import { EmbeddedExports } from './dynamodb/exports/embedded-exports.ts';
import { type LocalExecutions, createLocalExecutions } from './local-executions.ts';
import { RecoverySettings } from './dynamodb/recovery-settings.ts';
import { createStreamsClient } from './dynamodb/streams-client.ts';

export interface LocalServicesOptions {
  readonly dynamodbEndpoint: string;
  /** The state machines, as the stack deploys them. */
  readonly definitions: Definitions;
  /** The folder that snapshots are kept in. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LocalServices {
  readonly services: Services;
  readonly operations: Operations;
  readonly executions: LocalExecutions;
  readonly continuous: EmbeddedRecovery;
  readonly exports: EmbeddedExports;
  /** Ends the executions; resolves when the steps that were begun have ended. */
  close(): Promise<void>;
}

/** DynamoDB's is 15 minutes; nobody who tries something waits for that. */
const shortestExportMs = 1000;

/** One process and one database without delays: what a deployment waits for is there at once. */
const config: Config = {
  ...defaultConfig,
  missingStream: 'enable',
  // The embedded database's exports are made by scans.
  base: 'scan',
  missingRecovery: 'enable',
  exportWindow: { ...defaultConfig.exportWindow, minMs: shortestExportMs },
  replayMs: 1000,
  // A step that is running when the runtime is asked to end is waited for.
  timeBudgetMs: 30_000,
  settleMs: 0,
  recordMs: 2000,
  emptyPages: 1,
  // A scan in segments ends early if the item that a page ended with is deleted (measured on the embedded database).
  scanSegments: 1,
  importShownMs: 0,
  // No right depends on the restore's tag here.
  writeGuardMs: 0,
  // Between a request's record and the start of its execution are milliseconds.
  reconcileGraceMs: 5000,
};

/**
 * Steps share this process with the requests: with more of them at once a request waits longer. At 50 requests a second
 * p50 was 16 ms with two of them and 112 without a bound (`npm run bench -- --only requests`).
 */
const stepsAtOnce = 2;

/** The name by which the folder of the store is known as a bucket. */
const localBucket = 'tidemark';

/** The pace of the state machines: nothing is slow enough to be waited for in seconds. */
const waitMs = 50;

/** Tidemark over a DynamoDB endpoint and a folder, with its state machines in this process. */
export async function createLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const { dynamodbEndpoint, definitions, home, clock, log } = options;
  const connection = {
    endpoint: dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamodb = createDynamodbClient(connection);
  const catalogArn = await createCatalog(dynamodb).catch((cause: unknown) => {
    throw new Error(`No DynamoDB is ready at ${dynamodbEndpoint} (${reasonOf(cause)})`, { cause });
  });
  const begun = new Set<Promise<object>>();
  const limited = pLimit(stepsAtOnce);
  const executions = createLocalExecutions({
    definitions,
    services: () => services,
    waitMs,
    retryMs: waitMs,
    around: (_handler, _input, run) => {
      const step = limited(run);
      begun.add(step);
      return step.finally(() => begun.delete(step));
    },
  });
  const services: Services = {
    config: { ...config, catalogArn },
    clock,
    ids: randomIds,
    log,
    catalog: openCatalog(dynamodb, catalogTable, clock, randomIds),
    dynamodb,
    streams: createStreamsClient(dynamodb, connection),
    store: createDirectoryStore(join(home, 'store')),
    executions,
    recovery: {
      describe: (table) => continuous.describe(table),
      update: (table, specification) => continuous.update(table, specification),
    },
    native: noNativeBackups,
    bucketPlace: { bucket: localBucket, prefix: '' },
  };
  const settings = await RecoverySettings.open(join(home, 'continuous-backups.json'));
  const continuous = new EmbeddedRecovery(services, settings);
  const exports = await openExports(services, createDynamodbClient(connection), home, continuous);
  return {
    services,
    operations: createOperations({ ...services, continuous }),
    executions,
    continuous,
    exports,
    async close() {
      // A step that hands over starts another execution. How steps end is on the record, or the next start's to see.
      do {
        executions.stop();
        await Promise.allSettled(begun);
      } while (begun.size > 0);
      await exports.idle();
    },
  };
}

/** Exports into the folder of the store, and imports from it; the services' client is then answered by them. */
async function openExports(
  services: Services,
  database: DynamoDBClient,
  folder: string,
  continuous: EmbeddedRecovery,
): Promise<EmbeddedExports> {
  const { dynamodb, streams, store, clock, ids, log, bucketPlace } = services;
  const exports = await EmbeddedExports.open({
    dynamodb: database,
    streams,
    store,
    bucket: bucketPlace.bucket,
    clock,
    ids,
    log,
    recovery: (table) => continuous.describe(table),
    minWindowMs: shortestExportMs,
    folder,
    jobMs: 0,
  });
  answerClient(dynamodb, exports);
  return exports;
}
