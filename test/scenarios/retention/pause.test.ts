import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { deleteBackup } from '../../../lambda/operations/delete-backup.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { commit } from '../../../lambda/backup/commit.ts';
import { backUp, expectExact } from '../../support/sources/world.ts';
import {
  type Around,
  listAvailable,
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

/** Runs `work` before the nth call of the sweep; calls that `work` itself makes do not count. */
class Pause {
  #left = Infinity;
  #work = (): Promise<void> => Promise.resolve();

  arm(nth: number, work: () => Promise<void>): void {
    this.#left = nth;
    this.#work = work;
  }

  disarm(): void {
    this.#left = Infinity;
  }

  get wasReached(): boolean {
    return this.#left < 0;
  }

  readonly around: Around = async (call) => {
    if (this.#left-- === 0) await this.#work();
    return call();
  };
}

type Event = (world: SweepWorld, child: BackupRecord, parent: BackupRecord) => Promise<unknown>;

const commits: Event = ({ services, table }, { id }) =>
  commit(services, { job: createBackupJob(table.name, id) });
const parentDies: Event = (world, _child, parent) => remove(world, parent);
const otherSweep: Event = (world) => sweep(world.sweeper);
const nextBackup: Event = (world) => {
  change(world, 'increment', (count) => count - 2);
  return backUp(world);
};

async function remove({ services, table }: SweepWorld, { id }: BackupRecord): Promise<void> {
  await deleteBackup(services, { table: table.name, id });
}

/** Runs the events before the nth call of a sweep and checks the store. Returns false if the sweep made fewer calls. */
async function expectHarmless(nth: number, events: readonly Event[]): Promise<boolean> {
  const pause = new Pause();
  const world = worlds.next(pause.around);
  const [dead, parent] = await backUpChain(world, ['base', 'increment']);
  if (dead === undefined || parent === undefined) throw new Error('two were made');
  change(world, 'increment', (count) => count - 1);
  const child = await backUpUnfinished(world);
  await remove(world, dead);
  pause.arm(nth, async () => {
    for (const event of events) await event(world, child, parent);
  });
  await sweep(world.sweeper);
  const { wasReached } = pause;
  pause.disarm();
  if (!wasReached) for (const event of events) await event(world, child, parent);
  for (const backup of await listAvailable(world)) await expectExact(world, backup);
  expect(await sweep(world.sweeper)).toMatchObject({ finished: true, troubles: 0 });
  await expectSwept(world);
  return wasReached;
}

describe('a slow sweep', () => {
  it.each<[string, Event[]]>([
    ['the commit of a backup', [commits]],
    [
      'a commit, the death of its parent, another sweep and the next backup',
      [commits, parentDies, otherSweep, nextBackup],
    ],
  ])('deletes nothing that is needed, between any two of its calls: %s', async (_what, events) => {
    let calls = 0;
    while (await expectHarmless(calls, events)) calls++;
    expect(calls).toBeGreaterThan(10);
  });
});
