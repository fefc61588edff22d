import type { BackupRecord } from '../../../lambda/model/records.ts';
import type { CreateBackupInput } from '../../../lambda/operations/create-backup.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import type { TestDatabase } from '../database.ts';
import { createFilledTable } from '../fixture.ts';
import { type Harness, startHarness } from '../harness.ts';
import { SimulatedNatives } from './simulated-natives.ts';
import { shiftClock } from '../simulated-clock.ts';

export const hour = 60 * 60 * 1000;

/** A Tidemark with one table, whose native backups are simulated. */
export interface NativeWorld {
  readonly harness: Harness;
  readonly natives: SimulatedNatives;
  readonly table: string;
  /** Requests a native backup. */
  create(request?: Partial<CreateBackupInput>): Promise<BackupRecord>;
  /** Requests a native backup and completes it. */
  createAvailable(): Promise<BackupRecord>;
  describe(backup: BackupRecord): Promise<BackupRecord>;
  /** The same Tidemark with its clock set forward. */
  later(milliseconds: number): Harness;
  /** Reconciles with the clock set forward, waits for the executions, and returns the number of troubles. */
  reconcile(milliseconds?: number): Promise<number>;
}

export const keyOf = ({ table: { name }, id }: BackupRecord) => ({ table: name, id });

/** The reconciler does not touch backups younger than this. */
export const graceMs = 60_000;

export async function createNativeWorld(database: TestDatabase): Promise<NativeWorld> {
  const natives = new SimulatedNatives(database.clock.now);
  const options = { native: natives, config: { reconcileGraceMs: graceMs } };
  const harness = await startHarness(database, options);
  const table = await createFilledTable(database, 3);
  const world: NativeWorld = {
    harness,
    natives,
    table,
    create: (request = {}) =>
      harness.operations.createBackup({ table, name: 'a-native', source: 'native', ...request }),
    async createAvailable() {
      const backup = await world.create();
      natives.finish();
      return world.describe(backup);
    },
    describe: (backup) => harness.operations.describeBackup(keyOf(backup)),
    later(milliseconds) {
      return harness.restart({ ...options, clock: shiftClock(harness.services.clock, milliseconds) });
    },
    async reconcile(milliseconds = graceMs) {
      const at = world.later(milliseconds);
      const { troubles } = await reconcile(at.services);
      await at.executions.idle();
      return troubles;
    },
  };
  const ours = await harness.operations.createBackup({ table, name: 'ours' });
  natives.tables.set(table, ours.table.tableId);
  await harness.executions.idle();
  return world;
}
