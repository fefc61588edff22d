import type { Actors } from './actors.ts';
import { Violation } from './content.ts';
import type { Invariants } from './invariants.ts';
import { sortOf, tableOf, toBackup, toRestore, toSnapshot } from './records.ts';
import type { Universe } from './universe.ts';

const hourMs = 60 * 60 * 1000;

/** The time after the last fault within which everything must have ended. */
const maxEndMs = 24 * hourMs;

const maxEvents = 400_000;

/** Runs until every request has ended, without further faults, and checks that each has. */
export async function bringToEnd(universe: Universe, actors: Actors, invariants: Invariants): Promise<void> {
  universe.faults.isHealed = true;
  await untilEnded(universe, actors);
  // The scheduled reconciler is off, because each pass might begin another internal backup.
  actors.stop();
  // Waits past the time in which a late twin may make a table.
  await wait(universe, 2 * hourMs);
  for (const _ of [1, 2]) {
    await finish(universe, actors.reconcile(), 'reconcile');
    await untilEnded(universe, actors);
    await wait(universe, 60_000);
  }
  for (const _ of [1, 2]) {
    // Waits past the grace of the sweep: the first sweep ends the lives of snapshots, and only the next one deletes them.
    await wait(universe, 2 * hourMs);
    await finish(universe, actors.sweep(), 'sweep');
  }
  checkNothingHeld(universe);
  await checkWhatIsLeft(universe, invariants);
}

/** Runs events until nothing runs or waits. */
async function untilEnded(universe: Universe, actors: Actors): Promise<void> {
  const { scheduler } = universe;
  const deadline = scheduler.now + maxEndMs;
  const isOver = (): boolean => isIdle(universe, actors) && whatRuns(universe).length === 0;
  await scheduler.run(() => isOver() || scheduler.now > deadline, maxEvents);
  const open = whatRuns(universe);
  if (open.length > 0) throw new Violation(`it has not ended: ${open.join('; ')}`);
}

function isIdle({ machines, functions }: Universe, actors: Actors): boolean {
  return actors.busy === 0 && machines.running === 0 && functions.running === 0;
}

async function wait({ scheduler }: Universe, milliseconds: number): Promise<void> {
  const until = scheduler.now + milliseconds;
  scheduler.after(milliseconds, () => {});
  await scheduler.run(() => scheduler.now >= until, maxEvents);
}

async function finish(
  { scheduler }: Universe,
  work: Promise<Error | undefined>,
  name: string,
): Promise<void> {
  let isDone = false;
  const ended = work.then((error) => {
    isDone = true;
    return error;
  });
  await scheduler.run(() => isDone, maxEvents);
  const error = await ended;
  if (error !== undefined) throw new Violation(`the last ${name} failed: ${error.name}: ${error.message}`);
}

/** Lists everything in the catalog that waits for somebody. */
function whatRuns({ catalog }: Universe): string[] {
  return catalog.rows().flatMap((row) => {
    const sort = sortOf(row);
    const status = row['status']?.S;
    if (sort === 'BACKUP' && status === 'CREATING')
      return [`backup ${row['id']?.S} of ${tableOf(row)} is CREATING`];
    if (sort === 'RESTORE' && status === 'RESTORING') return [`restore to ${tableOf(row)} is RESTORING`];
    if (sort === 'TABLE' && row['turn'] !== undefined) return [`the turn of ${tableOf(row)} is held`];
    if (sort === 'TABLE' && row['pending'] !== undefined) return [`backups of ${tableOf(row)} are pending`];
    return [];
  });
}

/** Expects that no pin, hold or slot has leaked, and that released snapshots are dead. */
function checkNothingHeld({ catalog }: Universe): void {
  const rows = catalog.rows();
  const heads = new Set(rows.map((row) => row['head']?.M?.['snapshot']?.S));
  for (const row of rows) {
    if (sortOf(row) === 'COUNTER' && row['running'] !== undefined)
      throw new Violation('a slot of a restore is held');
    if (sortOf(row) !== 'SNAPSHOT') continue;
    const { id, pins, restores, released, alive } = toSnapshot(row);
    if (pins !== undefined || restores !== undefined) throw new Violation(`the snapshot ${id} is held`);
    if (released === true && alive && !heads.has(id)) throw new Violation(`the snapshot ${id} does not die`);
  }
}

/** Expects that every AVAILABLE backup reads back, and that the store and the database hold nothing else. */
async function checkWhatIsLeft(universe: Universe, invariants: Invariants): Promise<void> {
  const rows = universe.catalog.rows();
  for (const backup of rows.filter((row) => sortOf(row) === 'BACKUP').map(toBackup)) {
    if (backup.status === 'AVAILABLE') await invariants.checkBackup(backup);
  }
  const needed = invariants.neededObjects();
  const strange = [...universe.bucket.objects.keys()].filter((key) => !needed.has(key));
  if (strange.length > 0) throw new Violation(`(3) objects remain in the store: ${strange.join(' ')}`);
  const restores = rows.filter((row) => sortOf(row) === 'RESTORE').map(toRestore);
  for (const restore of restores) {
    if (restore.status === 'RESTORED') invariants.checkRestored(restore);
    const table = universe.tables.plane.find(restore.target)?.table;
    const isLeft =
      restore.status === 'FAILED' && restore.targetFate?.kind !== 'kept' && table?.madeBy === restore.id;
    if (isLeft) throw new Violation(`(3) the table of the failed restore to ${restore.target} still exists`);
  }
}
