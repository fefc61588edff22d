import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import pLimit from 'p-limit';
import { openCatalog } from '../lambda/catalog/catalog.ts';
import { noNativeBackups } from './dynamodb/no-native-backups.ts';
import { type Operations, createOperations } from '../lambda/operations/operations.ts';
import { addAllTables } from '../lambda/model/table-groups.ts';
import { createDynamodbClient } from '../lambda/item/clients.ts';
import type { Clock } from '../lambda/runtime/clock.ts';
import { type Config, defaultConfig } from '../lambda/services/config.ts';
import { reasonOf } from '../lambda/runtime/errors.ts';
import { randomIds } from '../lambda/runtime/ids.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import type { Services } from '../lambda/services/services.ts';
import { defaultLimits } from '../lambda/snapshot/format/limits.ts';
import { Sinks } from '../lambda/services/sinks.ts';
import { createDirectoryStore } from '../lambda/storage/directory-store.ts';
import { catalogTable, createCatalog } from './catalog-table.ts';
import { EmbeddedRecovery } from './dynamodb/recovery/embedded-recovery.ts';
import { answerClient, ownBucket } from './dynamodb/exports/answers.ts';
import { EmbeddedExports } from './dynamodb/exports/embedded-exports.ts';
import { Deletions } from './guard/deletions.ts';
import { forgetDeleted } from './guard/forget-deleted.ts';
import { TableGuard } from './guard/table-guard.ts';
import { OwnStreams } from './own-streams/own-streams.ts';
import { type LocalExecutions, createLocalExecutions } from './local-executions.ts';
import { openSecret } from './secret-file.ts';
import { openFolder, placeSink } from './sink-folders.ts';
import { RecoverySettings } from './dynamodb/recovery/recovery-settings.ts';
import { requestSystemBackup } from './dynamodb/recovery/system-backup.ts';
import { createStreamsClient } from './dynamodb/streams-client.ts';
import { waitFor } from './wait-for.ts';

export interface LocalServicesOptions extends Partial<Pick<Config, 'tables' | 'groups' | 'sinks'>> {
  readonly dynamodbEndpoint: string;
  /** The folder of all data. */
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
  readonly guard: TableGuard;
  readonly ownStreams: OwnStreams;
  /** Ends the executions. Resolves when the steps in progress have ended, or after half a minute. */
  close(): Promise<void>;
}

/** The shortest window of an incremental export. DynamoDB's 15 minutes are too long for trying things out. */
const shortestExportMs = 1000;

/** The settings for one process and one database, without the delays of AWS. */
const config: Config = {
  ...defaultConfig,
  // Tables are small here, and each backup allocates the whole buffer.
  limits: { ...defaultLimits, maxSortBytes: 8 * 1024 * 1024 },
  missingStream: 'enable',
  // An embedded export is made by a scan too, so a scan is quicker.
  base: 'scan',
  missingRecovery: 'enable',
  exportWindow: { ...defaultConfig.exportWindow, minMs: shortestExportMs },
  replayMs: 1000,
  // A runtime that ends waits for the steps in progress.
  timeBudgetMs: 30_000,
  settleMs: 0,
  recordMs: 2000,
  emptyPages: 1,
  // Measured: the embedded database ends a scan in segments early if the last item of a page is deleted.
  scanSegments: 1,
  importShownMs: 0,
  // Reading costs nothing here.
  verifyTarget: true,
  // Here, no right depends on the restore's tag.
  writeGuardMs: 0,
  // An execution starts milliseconds after its request was recorded.
  reconcileGraceMs: 5000,
};

/**
 * At most this many steps run at the same time. They share this process with the requests, and delay them: at 50 requests
 * a second p50 was 16 ms with two steps and 112 ms without a limit (`npm run bench -- --only requests`).
 */
const maxSteps = 2;

/** The bucket of callers' exports and imports, and its folder in the home folder. */
const callersBucket = { name: 'tidemark', folder: 'bucket' };

/** How long closing the runtime waits for running work, in real time: a person is waiting. */
const maxCloseMs = 30_000;

/** How long a machine waits before it repeats a step: no work takes seconds here. */
const waitMs = 50;

/** Creates the services of a Tidemark over a DynamoDB endpoint and a folder, with its state machines in this process. */
export async function createLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const { dynamodbEndpoint, home, clock, log, tables = config.tables, groups = [] } = options;
  const sinks = await Promise.all((options.sinks ?? []).map((sink) => placeSink(sink, home)));
  const connection = {
    endpoint: dynamodbEndpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  const dynamodb = createDynamodbClient(connection);
  // A client whose answers are not changed.
  const database = createDynamodbClient(connection);
  const catalogArn = await createCatalog(dynamodb).catch((cause: unknown) => {
    throw new Error(`No DynamoDB is ready at ${dynamodbEndpoint} (${reasonOf(cause)})`, { cause });
  });
  const begun = new Set<Promise<object>>();
  const limited = pLimit(maxSteps);
  const executions = createLocalExecutions({
    services: () => services,
    waitMs,
    retryMs: waitMs,
    around: (_handler, _input, run) => {
      const step = limited(run);
      begun.add(step);
      return step.finally(() => begun.delete(step));
    },
  });
  const catalog = openCatalog(dynamodb, catalogTable, clock, randomIds);
  const prepare = (table: TableDescription) => requestSystemBackup(services, settings, table);
  const deletions = await Deletions.open(
    { catalog, clock, dynamodb, log, prepare, hasRead: executions.hasRead },
    join(home, 'deletions.json'),
  );
  const guard = await TableGuard.open(catalog.restores, deletions);
  const ownStreams = await OwnStreams.open(database, join(home, 'own-streams.json'));
  // If a restore enables a stream, its caller has requested it (`Keep`).
  ownStreams.hideFrom(dynamodb, (name) => guard.isRestoring(name));
  const store = createDirectoryStore(join(home, 'store'));
  const settled: Config = {
    ...config,
    catalogArn,
    tables,
    groups: addAllTables(groups),
    sinks,
    storeDestination: pathToFileURL(join(home, 'store')).href,
  };
  const services: Services = {
    config: settled,
    clock,
    ids: randomIds,
    log,
    catalog,
    dynamodb,
    streams: createStreamsClient(database, connection),
    store,
    sinks: new Sinks({ store, config: settled, records: catalog.sinks, open: openFolder }),
    executions: guard.watch(executions),
    secret: await openSecret(home),
    recovery: {
      describe: (table) => continuous.describe(table),
      update: (table, specification) => continuous.update(table, specification),
    },
    native: noNativeBackups,
    bucketPlace: { bucket: ownBucket, prefix: '' },
  };
  const settings = await RecoverySettings.open(join(home, 'continuous-backups.json'));
  const continuous = new EmbeddedRecovery(services, settings);
  const exports = await openExports(services, database, home, continuous);
  // Callers see which tables are being deleted. The steps of backups do not, because a deletion waits for these
  // backups.
  const shown = createDynamodbClient(connection);
  answerClient(shown, exports);
  deletions.show(shown);
  ownStreams.hideFrom(shown, (name) => guard.isRestoring(name));
  return {
    services,
    operations: forgetDeleted(createOperations({ ...services, dynamodb: shown, continuous }), deletions),
    executions,
    continuous,
    exports,
    guard,
    ownStreams,
    async close() {
      const end = Date.now() + maxCloseMs;
      const settle = (what: string, work: Promise<unknown>) =>
        waitFor(what, work, Math.max(0, end - Date.now()));
      try {
        await settle('the deletions of tables', deletions.close());
        // Repeat, because a step may start another execution. A step's outcome is on the record, or the next runtime
        // continues it.
        do {
          executions.stop();
          await settle('the steps at work', Promise.allSettled(begun));
        } while (begun.size > 0);
        await settle('the exports and imports at work', exports.idle());
      } catch (error) {
        // The next runtime continues unfinished work, as after a crash.
        log.warn('closed while work was running', { reason: reasonOf(error) });
      }
    },
  };
}

/**
 * Opens the exports and imports, and lets them answer the services' client. Those of callers have a bucket of their own, in
 * another folder than the store.
 */
async function openExports(
  services: Services,
  database: DynamoDBClient,
  folder: string,
  continuous: EmbeddedRecovery,
): Promise<EmbeddedExports> {
  const { dynamodb, streams, store, clock, ids, log, secret } = services;
  const exports = await EmbeddedExports.open({
    dynamodb: database,
    streams,
    secret,
    buckets: new Map([
      [ownBucket, store],
      [callersBucket.name, createDirectoryStore(join(folder, callersBucket.folder))],
    ]),
    clock,
    ids,
    log,
    recovery: (table) => continuous.describe(table),
    minWindowMs: shortestExportMs,
    folder,
    minJobMs: 0,
  });
  answerClient(dynamodb, exports);
  return exports;
}
