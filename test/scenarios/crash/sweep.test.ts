import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deleteBackup } from '../../../lambda/operations/delete-backup.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { abort } from '../../../lambda/backup/abort.ts';
import {
  type Around,
  backUpChain,
  change,
  expectSwept,
  type SweepWorld,
  SweepWorlds,
  backUpUnfinished,
} from '../../support/retention/sweep-world.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';

let worlds: SweepWorlds;
beforeAll(async () => {
  worlds = await SweepWorlds.start();
});
afterAll(() => worlds.close());

/** Passes calls on until it is armed; then fails the nth call and all later ones. */
class Crash {
  #left = Infinity;

  arm(nth: number): void {
    this.#left = nth;
  }

  get isDead(): boolean {
    return this.#left < 0;
  }

  readonly around: Around = async (call) => {
    if (this.#left-- <= 0) throw new Error('crashed');
    return call();
  };
}

/**
 * Makes a dead snapshot, a released snapshot that is still alive, the objects of a failed backup, and a backup to keep.
 */
async function createGarbage(world: SweepWorld): Promise<void> {
  const { services, table } = world;
  const [dead, released] = await backUpChain(world, ['base', 'base', 'increment']);
  for (const id of [dead, released].flatMap((backup) => backup?.id ?? [])) {
    // The sweep must end the life of this snapshot.
    if (id === released?.id) vi.spyOn(services.catalog.snapshots, 'kill').mockResolvedValueOnce();
    await deleteBackup(services, { table: table.name, id });
  }

  change(world, 'increment', (count) => count - 1);
  const failing = await backUpUnfinished(world);
  await abort(services, { job: createBackupJob(table.name, failing.id) });
}

describe('a sweep that crashes', () => {
  it('between any two of its calls is completed by the next sweep', async () => {
    let calls = 0;
    for (let wasDead = true; wasDead; calls++) {
      const crash = new Crash();
      const world = worlds.next(crash.around);
      await createGarbage(world);
      crash.arm(calls);
      await sweep(world.sweeper).catch(() => undefined);
      wasDead = crash.isDead;
      crash.arm(Infinity);
      expect(await sweep(world.sweeper)).toMatchObject({ finished: true, troubles: 0 });
      await expectSwept(world);
    }
    expect(calls).toBeGreaterThan(10);
  });
});
