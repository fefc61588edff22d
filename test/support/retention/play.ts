import { expect } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { deleteBackup } from '../../../lambda/operations/delete-backup.ts';
import { planRestore } from '../../../lambda/restore/plan-restore.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { isError } from '../../../lambda/runtime/errors.ts';
import { abort } from '../../../lambda/backup/abort.ts';
import { commit } from '../../../lambda/backup/commit.ts';
import { expectExact, make, request } from '../sources/world.ts';
import { Interleaving } from './interleaving.ts';
import {
  listAvailable,
  change,
  expectSwept,
  listNeeded,
  type SweepWorld,
  type SweepWorlds,
} from './sweep-world.ts';
import { createBackupJob, createRestoreJob } from '../../../lambda/jobs/job.ts';

/** A world and the order in which its actors make their calls. */
interface Stage {
  readonly world: SweepWorld;
  readonly order: Interleaving;
}

/**
 * Runs backups, deletions, restores and two sweeps of one table concurrently, in an order that the seed decides.
 * Expects that no object that a live snapshot needs is ever deleted, that each backup and each restore is exact, and
 * that after a last sweep only needed objects remain.
 */
export async function play(worlds: SweepWorlds, seed: number): Promise<void> {
  const order = new Interleaving(seed);
  const world = worlds.next((call) => order.call(call));
  const stage: Stage = { world, order };
  watchDeletions(stage);
  await backUp(stage, 3);
  await order.run({
    backups: () => backUp(stage, 3),
    deletions: () => remove(stage, 6),
    restores: () => restore(stage, 2),
    sweep: () => sweepAgain(stage, 3),
    'other sweep': () => sweepAgain(stage, 2),
  });
  expect(await sweep(world.sweeper)).toMatchObject({ finished: true, troubles: 0 });
  await expectSwept(world);
}

function watchDeletions({ world, order }: Stage): void {
  const remove = world.store.delete.bind(world.store);
  world.store.delete = async (keys) => {
    const live = await order.aside(() => listNeeded(world));
    expect(keys.filter((key) => live.has(key))).toEqual([]);
    await remove(keys);
  };
}

/** Makes backups one after another; some fail, and some have a late twin that commits again. */
async function backUp(stage: Stage, count: number): Promise<void> {
  const { world, order } = stage;
  for (let n = 0; n < count; n++) {
    change(world, order.below(3) === 0 ? 'base' : 'increment', (below) => order.below(below));
    const backup = await request(world);
    const job = createBackupJob(world.table.name, backup.id);
    if (await tryToMake(stage, backup)) {
      await order.aside(async () => {
        const there = (await listAvailable(world)).some(({ id }) => id === backup.id);
        if (there) await expectExact(world, backup);
      });
    } else {
      await abort(world.services, { job });
    }
    // A late twin no longer owns anything, so it may fail in any way.
    if (order.below(2) === 0) await commit(world.services, { job }).catch(() => undefined);
  }
}

const stopped = new Error('the backup was stopped by the test');

/** Makes the backup, or stops it at one of its first steps and returns false. */
async function tryToMake({ world, order }: Stage, backup: BackupRecord): Promise<boolean> {
  let left = order.below(3) === 0 ? 1 + order.below(8) : Infinity;
  world.beforeStep = () => {
    if (left-- <= 0) throw stopped;
  };
  try {
    await make(world, backup);
    return true;
  } catch (error) {
    if (error === stopped) return false;
    throw error;
  }
}

async function remove({ world, order }: Stage, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const backup = await pickBackup(world, order);
    if (backup === undefined) continue;
    const key = { table: world.table.name, id: backup.id };
    await deleteBackup(world.services, key).catch(ignoreError('BackupInUse'));
  }
}

/** Restores like the state machine, but compares the content instead of writing it to a table. */
async function restore({ world, order }: Stage, count: number): Promise<void> {
  const { services, store, table } = world;
  for (let n = 0; n < count; n++) {
    const backup = await pickBackup(world, order);
    if (backup === undefined) continue;
    const target = `${table.name}-${n}`;
    const { description } = backup;
    const request = { backup, target, description };
    const record = await services.catalog.restores.create(request).catch(ignoreError('BackupNotFound'));
    if (record === undefined) continue;
    const job = createRestoreJob(target, record.id);
    expect((await planRestore(services, { job })).status).toBe('write');
    await expectExact(world, backup);
    // The sweep must not have deleted the plan of a running restore.
    expect([...store.objects.keys()]).toContain(`staging/restore-${record.id}/plan.json`);
    await services.catalog.restores.end(record, 'RESTORED');
  }
}

/** Sweeps without a grace: a sweep may take another sweep's deletions for damage, and then deletes nothing. */
async function sweepAgain({ world }: Stage, times: number): Promise<void> {
  for (let n = 0; n < times; n++) expect(await sweep(world.sweeper)).toMatchObject({ finished: true });
}

async function pickBackup(world: SweepWorld, order: Interleaving): Promise<BackupRecord | undefined> {
  const backups = await listAvailable(world);
  return backups[order.below(backups.length)];
}

/** Creates a handler that ignores errors of this code. */
function ignoreError(code: 'BackupInUse' | 'BackupNotFound'): (error: unknown) => undefined {
  return (error) => {
    if (isError(error, code)) return undefined;
    throw error;
  };
}
