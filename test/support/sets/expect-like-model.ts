import { expect } from 'vitest';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { expectNothingHeld, restore } from '../fixture.ts';
import { shiftClock } from '../simulated-clock.ts';
import type { SetWorld } from './set-world.ts';

const hour = 60 * 60 * 1000;

/** Compares every set and every backup with the model, and restores some of the sets. */
export async function expectLikeModel(world: SetWorld): Promise<void> {
  const { database, harness, tables } = world;
  await world.settle();
  await sweep(harness.restart({ clock: shiftClock(database.clock, 3 * hour) }).services);
  const { operations, services } = harness;
  const { sets } = await operations.listBackupSets({ limit: 100 });
  expect(sets.map(({ name, id }) => ({ name, id }))).toEqual(
    world.model.map(({ name, id }) => ({ name, id })).toSorted((a, b) => a.id - b.id),
  );
  const listed = await operations.listBackups({ limit: 1000 });
  const known: string[] = [];
  let restored = false;
  for (const set of world.model) {
    const { members, status } = await operations.describeBackupSet(set);
    expect(status).toBe(set.status);
    for (const { table, backup: id, status: state, reason } of members) {
      const expected = set.members.get(table);
      if (typeof expected === 'string' || expected === undefined) {
        expect([state, typeof reason]).toEqual(
          expected === 'failed' ? ['FAILED', 'string'] : ['DELETED', 'undefined'],
        );
      } else {
        if (id === undefined) throw new Error(`${table} has no backup`);
        const backup = await operations.describeBackup({ table, id });
        known.push(backup.arn);
        // A restore takes long, so only two: one of the oldest set, which has lost its parents, and one of the last set.
        if (set !== world.model.at(-1) && (set !== world.model[0] || restored)) continue;
        restored = true;
        expect(await restore(database, harness, backup)).toEqual(expected);
      }
    }
  }
  expect(listed.backups.map(({ arn }) => arn).toSorted()).toEqual(known.toSorted());
  for (const table of tables.slice(0, 3)) {
    const record = await services.catalog.turns.getTable(table);
    if (record !== undefined) await expectNothingHeld(harness, table);
  }
  expect(await services.catalog.sets.listOpen()).toEqual([]);
}
