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

/** One world and the order in which those who act in it take their turns. */
interface Stage {
  readonly world: SweepWorld;
  readonly order: Interleaving;
}

/**
 * Backups, deletions, restores and two sweeps of one table side by side, in an order that the seed decides. Nothing that
 * a live snapshot needs is ever deleted, each backup and each restore is exact, and a last sweep leaves nothing over.
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

/** One after another; some fail, and some have a late twin that commits once more. */
async function backUp(stage: Stage, count: number): Promise<void> {
  const { world, order } = stage;
  for (let n = 0; n < count; n++) {
    change(world, order.below(3) === 0 ? 'base' : 'increment', (below) => order.below(below));
    const backup = await request(world);
    const job = createBackupJob(world.table.name, backup.id);
    if (await isMade(stage, backup)) {
      await order.aside(async () => {
        const there = (await listAvailable(world)).some(({ id }) => id === backup.id);
        if (there) await expectExact(world, backup);
      });
    } else {
      await abort(world.services, { job });
    }
    // What a late twin meets is not its own any more: it may fail in any way.
    if (order.below(2) === 0) await commit(world.services, { job }).catch(() => undefined);
  }
}

/** False if it came only so far as one of its first steps. */
async function isMade({ world, order }: Stage, backup: BackupRecord): Promise<boolean> {
  let left = order.below(3) === 0 ? 1 + order.below(8) : Infinity;
  world.beforeStep = () => {
    if (left-- <= 0) throw new Error('out of luck');
  };
  try {
    await make(world, backup);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message === 'out of luck') return false;
    throw error;
  }
}

async function remove({ world, order }: Stage, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const backup = await anyOf(world, order);
    if (backup === undefined) continue;
    const key = { table: world.table.name, id: backup.id };
    await deleteBackup(world.services, key).catch(unless('BackupInUse'));
  }
}

/** As the state machine does, but into a comparison instead of a table. */
async function restore({ world, order }: Stage, count: number): Promise<void> {
  const { services, store, table } = world;
  for (let n = 0; n < count; n++) {
    const backup = await anyOf(world, order);
    if (backup === undefined) continue;
    const target = `${table.name}-${n}`;
    const { description } = backup;
    const request = { backup, target, description };
    const record = await services.catalog.restores.create(request).catch(unless('BackupNotFound'));
    if (record === undefined) continue;
    const job = createRestoreJob(target, record.id);
    expect((await planRestore(services, { job })).status).toBe('write');
    await expectExact(world, backup);
    // Without its plan it would only plan anew.
    expect([...store.objects.keys()]).toContain(`staging/restore-${record.id}/plan.json`);
    await services.catalog.restores.end(record, 'RESTORED');
  }
}

/** There is no grace here, so one sweep may take for damage what another one deletes; it deletes nothing then. */
async function sweepAgain({ world }: Stage, times: number): Promise<void> {
  for (let n = 0; n < times; n++) expect(await sweep(world.sweeper)).toMatchObject({ finished: true });
}

async function anyOf(world: SweepWorld, order: Interleaving): Promise<BackupRecord | undefined> {
  const backups = await listAvailable(world);
  return backups[order.below(backups.length)];
}

/** Passes over errors of this code. */
function unless(code: 'BackupInUse' | 'BackupNotFound'): (error: unknown) => undefined {
  return (error) => {
    if (isError(error, code)) return undefined;
    throw error;
  };
}
