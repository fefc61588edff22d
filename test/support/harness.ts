import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalog } from '../../lambda/catalog/catalog.ts';
import type { NativeBackups } from '../../lambda/native/native-backups.ts';
import { noNativeBackups } from '../../local/dynamodb/no-native-backups.ts';
import { type Operations, createOperations } from '../../lambda/operations/operations.ts';
import type { Clock } from '../../lambda/runtime/clock.ts';
import { type Config, defaultConfig } from '../../lambda/services/config.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';
import type { Services } from '../../lambda/services/services.ts';
import { type OpenSink, Sinks } from '../../lambda/services/sinks.ts';
import { openFolder, placeSink } from '../../local/sink-folders.ts';
import { defaultLimits, type Limits } from '../../lambda/snapshot/format/limits.ts';
import { createDirectoryStore } from '../../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { EmbeddedRecovery } from '../../local/dynamodb/recovery/embedded-recovery.ts';
import { createCatalog } from '../../local/catalog-table.ts';
import { answerClient } from '../../local/dynamodb/exports/answers.ts';
import { EmbeddedExports } from '../../local/dynamodb/exports/embedded-exports.ts';
import {
  type LocalExecutions,
  type LocalOptions,
  createLocalExecutions,
} from '../../local/local-executions.ts';
import { RecoverySettings } from '../../local/dynamodb/recovery/recovery-settings.ts';
import type { TestDatabase } from './database.ts';
import type { SimulatedRecovery } from './recovery.ts';
import { testSecret } from './secret.ts';
import type { Secret } from '../../lambda/secret/secret.ts';

/** A whole Tidemark in this process over a test database, with its own catalog and store. */
export interface Harness {
  readonly services: Services;
  readonly operations: Operations;
  readonly executions: LocalExecutions;
  readonly continuous: EmbeddedRecovery;
  readonly store: ObjectStore;
  /** The folder of the store. */
  readonly folder: string;
  /** Creates a Tidemark with the same catalog and store and with new executions, as after a crash of the process. */
  restart(options?: HarnessOptions): Harness;
  close(): Promise<void>;
}

export interface HarnessOptions {
  /** @default the same for all tests */
  readonly secret?: Secret;
  readonly config?: Partial<Config>;
  /** @default the database's clock */
  readonly clock?: Clock;
  readonly around?: LocalOptions['around'];
  readonly store?: (store: ObjectStore) => ObjectStore;
  /** @default the folders of the configured sinks */
  readonly openSink?: OpenSink;
  readonly log?: Log;
  /** DynamoDB's on-demand backups. @default there are none */
  readonly native?: NativeBackups;
  /** The recovery of all tables. With it, the harness answers exports and imports too. */
  readonly exports?: SimulatedRecovery;
  /** The bucket to which exports are requested. @default the only existing bucket */
  readonly exportBucket?: string;
}

const bucket = 'tidemark';

/** The limits of the product, except that a backup does not allocate 80 MB to sort a few items. */
export const testLimits: Limits = { ...defaultLimits, maxSortBytes: 1024 * 1024 };

const testConfig: Config = {
  ...defaultConfig,
  limits: testLimits,
  base: 'scan',
  settleMs: 0,
  recordMs: 2000,
  emptyPages: 1,
  scanSegments: 1,
  // The shortest window of the embedded exports. DynamoDB's is 15 minutes.
  exportWindow: { minMs: 1000, maxMs: 10_000 },
  replayMs: 1000,
  reconcileGraceMs: 0,
  importShownMs: 0,
  verifyTarget: true,
  writeGuardMs: 0,
};

/** Starts a Tidemark over the database. The caller closes it. */
export async function startHarness(database: TestDatabase, options: HarnessOptions = {}): Promise<Harness> {
  const catalogTable = `catalog-${randomIds.hex(12)}`;
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-test-'));
  const catalogArn = await createCatalog(database.dynamodb, catalogTable);
  const plain = createDirectoryStore(folder);
  const dynamodb = options.exports ? database.client() : database.dynamodb;
  const settings = await RecoverySettings.open(join(folder, 'continuous-backups.json'));
  const { config: { sinks: asked = [], ...config } = {}, ...first } = options;
  const sinks = await Promise.all(asked.map((sink) => placeSink(sink, folder)));
  const compose = (given: HarnessOptions): Harness => {
    const clock = given.clock ?? database.clock;
    const executions = createLocalExecutions({
      services: () => services,
      waitMs: 500,
      retryMs: 5,
      ...(given.around && { around: given.around }),
    });
    const settled: Config = { ...testConfig, catalogArn, sinks, ...given.config };
    const store = given.store?.(plain) ?? plain;
    const catalog = openCatalog(dynamodb, catalogTable, clock, randomIds);
    const services: Services = {
      config: settled,
      clock,
      ids: randomIds,
      log: given.log ?? silentLog,
      catalog,
      dynamodb,
      streams: database.streams,
      store,
      sinks: new Sinks({
        store,
        config: settled,
        records: catalog.sinks,
        open: given.openSink ?? openFolder,
      }),
      executions,
      secret: given.secret ?? testSecret,
      recovery: options.exports?.recovery ?? {
        describe: (table) => continuous.describe(table),
        update: (table, specification) => continuous.update(table, specification),
      },
      native: given.native ?? noNativeBackups,
      bucketPlace: { bucket: given.exportBucket ?? bucket, prefix: '' },
    };
    const continuous = new EmbeddedRecovery(services, settings);
    return {
      services,
      operations: createOperations({ ...services, continuous }),
      continuous,
      executions,
      store: plain,
      folder,
      restart: (next = {}) => compose(next),
      async close() {
        executions.stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      },
    };
  };
  const harness = compose({ ...first, config });
  if (options.exports === undefined) return harness;
  const { recovery } = options.exports;
  const exports = await EmbeddedExports.open({
    ...database,
    buckets: new Map([[bucket, plain]]),
    secret: testSecret,
    ids: randomIds,
    log: silentLog,
    recovery: (table) => recovery.describe(table),
    minWindowMs: testConfig.exportWindow.minMs,
    folder,
    minJobMs: 0,
  });
  answerClient(dynamodb, exports);
  return {
    ...harness,
    async close() {
      await exports.idle();
      await harness.close();
    },
  };
}
