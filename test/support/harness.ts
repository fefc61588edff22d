import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogOf } from '../../lambda/catalog/catalog.ts';
import { type Operations, operationsOf } from '../../lambda/operations/operations.ts';
import { type Clock, systemClock } from '../../lambda/runtime/clock.ts';
import { type Config, defaultConfig } from '../../lambda/runtime/config.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';
import type { Services } from '../../lambda/runtime/services.ts';
import { directoryStore } from '../../lambda/storage/directory-store.ts';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import { synthesizedDefinitions } from '../../lib/workflow/definitions.ts';
import { EmbeddedContinuousBackups } from '../../local/continuous-backups.ts';
import { createCatalog } from '../../local/catalog-table.ts';
import { type LocalExecutions, type LocalOptions, localExecutions } from '../../local/local-executions.ts';
import { RecoverySettings } from '../../local/recovery-settings.ts';
import type { TestDatabase } from './database.ts';

/** A whole Tidemark in this process, over a test database: its own catalog, its own store. */
export interface Harness {
  readonly services: Services;
  readonly operations: Operations;
  readonly executions: LocalExecutions;
  readonly continuous: EmbeddedContinuousBackups;
  readonly store: ObjectStore;
  /** The folder of the store. */
  readonly folder: string;
  /** The same catalog and store under new executions, as after a crash of the process. */
  restarted(options?: HarnessOptions): Harness;
  close(): Promise<void>;
}

export interface HarnessOptions {
  readonly config?: Partial<Config>;
  readonly clock?: Clock;
  readonly around?: LocalOptions['around'];
  readonly store?: (store: ObjectStore) => ObjectStore;
  readonly log?: Log;
}

const definitions = synthesizedDefinitions();

const testConfig: Config = {
  ...defaultConfig,
  settleMs: 0,
  emptyPages: 1,
  scanSegments: 1,
  reconcileGraceMs: 0,
};

export async function startHarness(database: TestDatabase, options: HarnessOptions = {}): Promise<Harness> {
  const catalogTable = `catalog-${randomIds.hex(12)}`;
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-test-'));
  await createCatalog(database.dynamodb, catalogTable);
  const settings = await RecoverySettings.open(join(folder, 'continuous-backups.json'));
  const compose = (given: HarnessOptions): Harness => {
    const clock = given.clock ?? systemClock;
    const plain = directoryStore(folder);
    const executions = localExecutions({
      definitions,
      services: () => services,
      waitMs: 5,
      ...(given.around && { around: given.around }),
    });
    const services: Services = {
      config: { ...testConfig, ...given.config },
      clock,
      ids: randomIds,
      log: given.log ?? silentLog,
      catalog: catalogOf(database.dynamodb, catalogTable, clock, randomIds),
      dynamodb: database.dynamodb,
      streams: database.streams,
      store: given.store?.(plain) ?? plain,
      executions,
    };
    const continuous = new EmbeddedContinuousBackups(services, settings);
    return {
      services,
      operations: operationsOf({ ...services, continuous }),
      continuous,
      executions,
      store: plain,
      folder,
      restarted: (next = {}) => compose(next),
      async close() {
        executions.stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      },
    };
  };
  return compose(options);
}
