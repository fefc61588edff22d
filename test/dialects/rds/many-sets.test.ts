import { expect, it } from 'vitest';
import type { ActionContext } from '../../../lambda/dialects/rds/action.ts';
import { findRunningSet, readSets } from '../../../lambda/dialects/rds/instances.ts';
import { type ListedSet, toSetId } from '../../../lambda/model/sets.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { testKey } from './support.ts';

const hourMs = 60 * 60 * 1000;
const newest = 20_000;

/** An instance with 20,000 sets, one an hour. Counts the sets that are read. */
function setUp() {
  const counts = { calls: 0, sets: 0 };
  const setOf = (id: number) =>
    ({
      name: 'orders',
      id: toSetId(id),
      group: 'orders',
      marker: id * hourMs,
      status: id === newest ? 'CREATING' : 'AVAILABLE',
    }) as ListedSet;
  const operations: Pick<Operations, 'listBackupSets'> = {
    async listBackupSets({ limit, next }) {
      const first = next === undefined ? newest : Number(next) - 1;
      const sets = Array.from({ length: Math.min(limit, first) }, (_, i) => setOf(first - i));
      counts.calls++;
      counts.sets += sets.length;
      const last = sets.at(-1);
      return { sets, ...(last && Number(last.id) > 1 && { next: String(last.id) }) };
    },
  };
  const context: ActionContext = {
    operations: operations as Operations,
    key: testKey,
    region: 'eu-west-1',
    now: 0,
  };
  return { context, counts };
}

it('the set that is being made is found by reading one', async () => {
  const { context, counts } = setUp();
  expect((await findRunningSet(context, 'orders')).map(({ id }) => Number(id))).toEqual([newest]);
  expect(counts).toEqual({ calls: 1, sets: 1 });
});

it('a list reads at most 10,000 sets, the newest', async () => {
  const { context, counts } = setUp();
  const sets = await readSets(context, 'orders', 0);
  expect([sets.length, Number(sets[0]?.id)]).toEqual([10_000, newest]);
  expect(counts.sets).toBeLessThanOrEqual(10_500);
});

it('a list of sets since a time reads hardly older ones', async () => {
  const { context, counts } = setUp();
  const sets = await readSets(context, 'orders', (newest - 9) * hourMs);
  expect(sets.map(({ id }) => newest - Number(id))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(counts.calls).toBe(1);
});
