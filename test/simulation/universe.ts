import { openCatalog } from '../../lambda/catalog/catalog.ts';
import { createRecovery } from '../../lambda/native/dynamodb-recovery.ts';
import { createOperations, type Operations } from '../../lambda/operations/operations.ts';
import type { Ids } from '../../lambda/runtime/ids.ts';
import type { Log } from '../../lambda/runtime/logger.ts';
import { type Config, defaultConfig } from '../../lambda/services/config.ts';
import type { Services } from '../../lambda/services/services.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { createMemoryStore } from '../support/snapshot/support.ts';
import { noNativeBackups } from '../../local/dynamodb/no-native-backups.ts';
import { Faults } from './faults.ts';
import { Network } from './network.ts';
import type { Random } from './random.ts';
import { Scheduler } from './scheduler.ts';
import { CatalogDatabase } from './services/catalog-database.ts';
import { exportCommands, Exports } from './services/exports.ts';
import { importCommands, Imports } from './services/imports.ts';
import { Functions } from './services/functions.ts';
import { Bucket, createSimulatedStore } from './services/object-store.ts';
import { createSimulatedDynamodb, createSimulatedStreams } from './services/sdk-client.ts';
import { StateMachines } from './services/state-machines.ts';
import { answerStreams } from './services/streams.ts';
import { account, catalogName } from './services/table-plane.ts';
import { UserTables } from './services/user-tables.ts';
import { createDefaultSink } from '../support/sinks.ts';
import { testSecret } from '../support/secret.ts';

/** A whole Tidemark in simulated time, over simulated services. The seed decides everything that happens in it. */
export interface Universe {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly network: Network;
  readonly functions: Functions;
  readonly machines: StateMachines;
  readonly catalog: CatalogDatabase;
  readonly tables: UserTables;
  readonly exports: Exports;
  readonly bucket: Bucket;
  /** The stored objects, which checks read without the network. */
  readonly plainStore: ObjectStore;
  /** The services of functions. Their calls belong to the function that runs. */
  readonly services: Services;
  readonly operations: Operations;
}

/** The commands that only the catalog uses. */
const catalogCommands = new Set(['GetItem', 'Query', 'UpdateItem', 'TransactWriteItems']);

/** The longest time until a record of a stream can be read, which is well below the settle time. */
const maxLateMs = 3000;

/** @param settings replace the settings that the seed chooses */
export function createUniverse(seed: number, settings: Partial<Config> = {}): Universe {
  const scheduler = new Scheduler(seed);
  const { random } = scheduler;
  Math.random = () => scheduler.jitter();
  const faults = new Faults(random);
  const network = new Network(scheduler, faults);
  const functions = new Functions(scheduler, network, faults);
  const catalog = new CatalogDatabase(scheduler, faults);
  const config = { ...chooseConfig(random), ...settings };
  const tables = new UserTables(scheduler, faults, {
    emptyPages: faults.kinds.includes('emptyPage') ? config.emptyPages - 1 : 0,
    recordsPerPage: random.between(1, 6),
    seed,
    lateMs: () => (faults.happens('late') ? random.below(maxLateMs) : 0),
  });
  const plainStore = createMemoryStore();
  const bucket = new Bucket(plainStore.objects);
  const machines = new StateMachines({ scheduler, network, faults, functions }, () => services);
  const ids: Ids = { hex: (count) => random.hex(count) };
  const exports = new Exports({ scheduler, faults, tables, store: plainStore }, ids, seed);
  const imports = new Imports({ scheduler, faults, tables, bucket });
  const dynamodb = createSimulatedDynamodb(
    (command, input) => {
      if (catalogCommands.has(command))
        return network.call('catalog', command, () => catalog.answer(command, input));
      const service = exportCommands.has(command) ? exports : importCommands.has(command) ? imports : tables;
      return network.call('tables', command, () => service.answer(command, input));
    },
    () => scheduler.now,
  );
  const shared = createSimulatedStore(bucket, network, faults);
  const services: Services = {
    config,
    clock: network.clock,
    ids,
    log: createLog(scheduler),
    catalog: openCatalog(dynamodb, catalogName, network.clock, ids),
    dynamodb,
    streams: createSimulatedStreams((command) =>
      network.call('streams', command.constructor.name, () => answerStreams(tables, command)),
    ),
    store: shared,
    sinks: createDefaultSink(shared),
    executions: machines,
    secret: testSecret,
    recovery: createRecovery(dynamodb),
    native: noNativeBackups,
    bucketPlace: { bucket: 'simulated', prefix: '' },
  };
  const operations = createOperations({
    ...services,
    continuous: {
      ...services.recovery,
      restore() {
        throw new Error('nobody restores to a point in time here');
      },
    },
  });
  return {
    scheduler,
    faults,
    network,
    functions,
    machines,
    catalog,
    tables,
    exports,
    bucket,
    plainStore,
    services,
    operations,
  };
}

/** With the default limits each increment would fold a small table, and no task would have two parts. */
function chooseConfig(random: Random): Config {
  return {
    ...defaultConfig,
    catalogArn: `${account}${catalogName}`,
    base: random.pick(['scan', 'export']),
    missingRecovery: random.pick(['enable', 'refuse']),
    missingStream: random.pick(['enable', 'refuse']),
    restoreBy: random.pick(['writes', 'import']),
    verifyTarget: random.chance(0.3),
    emptyPages: 3,
    scanSegments: random.between(1, 3),
    timeBudgetMs: random.pick([50, 500, 10 * 60_000]),
    limits: {
      ...defaultLimits,
      frameBytes: random.pick([60, 200, 1000]),
      spillFrameBytes: 100,
      partitionBytes: random.pick([150, 400, 100_000]),
      maxPartitions: 8,
      maxRanges: 8,
      taskBytes: 300,
      partBytes: 300,
      maxSpills: random.pick([2, 4]),
      maxSortBytes: random.pick([1000, 64_000]),
      stagedFileBytes: 300,
      maxReadBytes: 500,
      maxAheadBytes: 2000,
      maxRuns: random.pick([2, 3, 8]),
      foldShare: random.pick([0.5, 5]),
      batchEntries: 3,
    },
  };
}

/** Troubles of passes become lines of the event log. */
function createLog(scheduler: Scheduler): Log {
  const write = (message: string, facts: object = {}): void =>
    scheduler.record(`log: ${message} ${JSON.stringify(facts)}`);
  return { info: () => {}, warn: write, error: write };
}
