import { expect } from 'vitest';
import { openCatalog } from '../../../lambda/catalog/catalog.ts';
import { noNativeBackups } from '../../../local/dynamodb/no-native-backups.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import type { SweepServices } from '../../../lambda/retention/sweep-services.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { type Config, defaultConfig } from '../../../lambda/services/config.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { findManifest, buildManifestKey } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { createMemoryStore, type MemoryStore } from '../snapshot/support.ts';
import { SimulatedTable } from '../sources/simulated-stream.ts';
import { backUp, expectExact, make, request, steady, type World } from '../sources/world.ts';
import { startDatabase, type TestDatabase } from '../database.ts';
import { createSimulatedDynamodb } from '../simulated-dynamodb.ts';
import { testLimits } from '../harness.ts';
import { createDefaultSink } from '../sinks.ts';
import { testSecret } from '../secret.ts';

/** Wraps each call of the store and of the catalog. */
export type Around = <T>(call: () => Promise<T>) => Promise<T>;

export interface SweepWorld extends World {
  readonly store: MemoryStore;
  /** The services of a sweep that sees only the one table of this world. */
  readonly sweeper: SweepServices;
}

/** With the default limits each increment would fold a small table. With these, snapshots share up to three runs. */
const config: Config = {
  ...defaultConfig,
  base: 'scan',
  settleMs: 500,
  emptyPages: 1,
  scanSegments: 1,
  sweepGraceMs: 0,
  limits: { ...testLimits, foldShare: 5, maxRuns: 3 },
};

/** Worlds of one simulated table each over one catalog. Every call to store and catalog goes through `around`. */
export class SweepWorlds {
  readonly #database: TestDatabase;
  #around: Around = (call) => call();
  #count = 0;

  private constructor(database: TestDatabase) {
    this.#database = database;
    database.dynamodb.middlewareStack.add(
      (next) => (args) => this.#around(() => next({ ...args, input: limitPages(args.input) })),
      { step: 'initialize' },
    );
  }

  static async start(): Promise<SweepWorlds> {
    const database = await startDatabase();
    await createCatalog(database.dynamodb, 'catalog');
    return new SweepWorlds(database);
  }

  /** Starts a new world, whose `around` replaces that of the world before. */
  next(around: Around): SweepWorld {
    this.#around = around;
    this.#count++;
    const table = new SimulatedTable(steady, `simulated-${this.#count}`);
    const clock: Clock = {
      now: () => table.now,
      async sleep(milliseconds) {
        table.now += milliseconds;
      },
    };
    const store = createMemoryStore();
    const shared = wrapCalls(store, around);
    const services: Services = {
      config,
      clock,
      ids: randomIds,
      log: silentLog,
      catalog: openCatalog(this.#database.dynamodb, 'catalog', clock, randomIds),
      dynamodb: createSimulatedDynamodb(table),
      streams: table.client,
      store: shared,
      sinks: createDefaultSink(shared),
      executions: { start: () => Promise.resolve(), state: () => Promise.resolve('ended') },
      secret: testSecret,
      recovery: { describe: async () => ({ enabled: false }), update: async () => ({ enabled: false }) },
      native: noNativeBackups,
      bucketPlace: { bucket: 'none', prefix: '' },
    };
    const turns = { listTables: async () => [{ name: table.name, lastMarker: 0, pending: [] }] };
    const sweeper = { ...services, catalog: { ...services.catalog, turns } };
    return { table, services, store, sweeper, beforeStep: () => {} };
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Makes the pages of a query small, so that something can happen between them. */
function limitPages(input: object): object {
  return 'KeyConditionExpression' in input ? { ...input, Limit: 2 } : input;
}

function wrapCalls(store: ObjectStore, around: Around): ObjectStore {
  return {
    put: (...args) => around(() => store.put(...args)),
    putStream: (...args) => around(() => store.putStream(...args)),
    get: (key) => around(() => store.get(key)),
    getRange: (...args) => around(() => store.getRange(...args)),
    async *getStream(key) {
      yield await around(() => store.get(key));
    },
    async *list(folder) {
      yield* await around(() => Array.fromAsync(store.list(folder)));
    },
    async delete(keys) {
      // A crash may come after half of the deletions.
      const half = Math.ceil(keys.length / 2);
      await around(() => store.delete(keys.slice(0, half)));
      await around(() => store.delete(keys.slice(half)));
    },
  };
}

/**
 * Writes to the table, so that the next backup differs. For a base, also replaces the stream, so that it cannot be continued.
 */
export function change({ table }: World, next: 'base' | 'increment', below: (count: number) => number): void {
  if (next === 'base') {
    table.switchOff();
    table.switchOn();
  }
  for (let n = 0; n < 6; n++) table.write(below(8), below(4) > 0);
  table.now += 2000;
}

/** Makes one backup after another, and changes the content before each. */
export async function backUpChain(
  world: World,
  kinds: readonly ('base' | 'increment')[],
): Promise<BackupRecord[]> {
  const made: BackupRecord[] = [];
  for (const kind of kinds) {
    change(world, kind, (count) => (made.length * 5 + 1) % count);
    made.push(await backUp(world));
  }
  return made;
}

/** Starts a backup that stops after it has stored its runs. */
export async function backUpUnfinished(world: SweepWorld): Promise<BackupRecord> {
  const backup = await request(world);
  world.beforeStep = () => {
    const stored = [...world.store.objects.keys()].some((key) => key.includes(`/runs/${backup.id}`));
    if (stored) throw new Error('out of luck');
  };
  await expect(make(world, backup)).rejects.toThrow('out of luck');
  world.beforeStep = () => {};
  return backup;
}

/** Lists the world's AVAILABLE backups. */
export async function listAvailable({ services, table }: World): Promise<BackupRecord[]> {
  const { backups } = await services.catalog.backups.list({ table: table.name, limit: 100 });
  return backups.filter(({ status }) => status === 'AVAILABLE');
}

/** Lists the keys of the objects of live snapshots. */
export async function listNeeded({ services, table, store }: SweepWorld): Promise<Set<string>> {
  const { snapshots } = await services.catalog.snapshots.takeCensus(table.name);
  const keys = new Set<string>();
  for (const { tableId, id } of snapshots.filter(({ alive }) => alive)) {
    keys.add(buildManifestKey(tableId, id));
    const stored = await findManifest(store, tableId, id, async () => {});
    for (const { key } of stored?.manifest.runs ?? []) keys.add(key);
  }
  return keys;
}

/** Expects that every remaining backup reads back exactly, and that the store holds only the objects of live snapshots. */
export async function expectSwept(world: SweepWorld): Promise<void> {
  for (const backup of await listAvailable(world)) await expectExact(world, backup);
  expect([...world.store.objects.keys()].toSorted()).toEqual([...(await listNeeded(world))].toSorted());
}
