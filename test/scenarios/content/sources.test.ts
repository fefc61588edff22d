import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromStart } from '../../../lambda/tables/stream.ts';
import { scripts, type SimulatedTable } from '../../support/sources/simulated-stream.ts';
import {
  backUp,
  emptyPages,
  expectExact,
  make,
  playMeanwhile,
  request,
  steady,
  Worlds,
} from '../../support/sources/world.ts';
import { scaleRuns } from '../../support/scale.ts';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.start();
});
afterAll(() => worlds.close());

describe('a snapshot of a table with any history', () => {
  it('is exactly the content at its cut, with any writes and splits of shards before and during the backup', async () => {
    await fc.assert(
      fc.asyncProperty(scripts(emptyPages - 1), fc.constantFrom(0, 60_000), ({ options, steps }, budget) =>
        worlds.within(
          options,
          async (world) => {
            for (const step of [...steps, { do: 'backup', during: [] } as const]) {
              if (step.do !== 'backup') {
                world.table.play(step);
                continue;
              }
              playMeanwhile(world, step.during);
              const backup = await backUp(world);
              playMeanwhile(world, []);
              await expectExact(world, backup);
            }
          },
          budget,
        ),
      ),
      { numRuns: scaleRuns(8), endOnFailure: true },
    );
  });
});

type Work = (table: SimulatedTable) => void;

const inTurn =
  (...works: Work[]): Work =>
  (table) => {
    for (const work of works) work(table);
  };
const put = (...keys: number[]) =>
  inTurn(
    ...keys.map(
      (key): Work =>
        (table) =>
          table.write(key),
    ),
  );
const remove = (...keys: number[]) =>
  inTurn(
    ...keys.map(
      (key): Work =>
        (table) =>
          table.write(key, false),
    ),
  );
const split =
  (which: number, children: 1 | 2): Work =>
  (table) =>
    table.split(which, children);

const rewrite = put(0, 1, 2, 3, 4, 5, 6, 7);
/** Deletes items, puts some of them again, inserts others, and deletes some of those. */
const churn = inTurn(remove(0, 1), put(1, 2), remove(2), put(9, 10), remove(10, 3), put(3));
const later: Work = (table) => {
  table.now += 2000;
};
/** Each of two shards is followed by one other shard. */
const turnOver = inTurn(split(0, 1), split(0, 1));
const splits = inTurn(split(0, 2), split(0, 2), split(0, 1));

/** Makes a base of eight items and a backup after it; runs each function of `during` before the nth page or step. */
async function expectExactBase(during: readonly [number, Work][], prepare: Work = () => {}): Promise<void> {
  await worlds.within(steady, async (world) => {
    for (let key = 0; key < 8; key++) world.table.write(key);
    prepare(world.table);
    world.table.now = Math.ceil(world.table.now / 1000) * 1000;
    const backup = await request(world);
    let count = 0;
    const happen = () => {
      count++;
      for (const [nth, work] of during) if (nth === count) work(world.table);
    };
    world.table.meanwhile = happen;
    world.beforeStep = happen;
    await make(world, backup);
    expect(count).toBeGreaterThanOrEqual(Math.max(0, ...during.map(([nth]) => nth)));
    await expectExact(world, backup);
    world.table.meanwhile = () => {};
    world.beforeStep = () => {};
    for (let key = 4; key < 10; key++) world.table.write(key, key < 8);
    world.table.now += 5000;
    const next = await request(world);
    expect(await make(world, next)).not.toContain('again');
    await expectExact(world, next);
  });
}

/** The numbers of the pages and steps within which a base of eight items is scanned and its stream is read. */
const moments = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('a base by scan', () => {
  it.each(moments)(
    'is exactly the content at its cut if items are written in the second of the marker, at moment %i',
    (nth) => expectExactBase([[nth, churn]]),
  );

  it.each(moments)(
    'is exactly the content at its cut if items are written in later seconds, at moment %i',
    (nth) => expectExactBase([[nth, inTurn(later, churn, later, rewrite, later, churn)]]),
  );

  it.each(moments)(
    'is exactly the content at its cut if shards are replaced in the second of the marker, at moment %i',
    (nth) => expectExactBase([[nth, inTurn(rewrite, turnOver, churn)]]),
  );

  it.each(moments)('is exactly the content at its cut if shards split, at moment %i', (nth) =>
    expectExactBase([[nth, inTurn(rewrite, splits, churn)]]),
  );

  it('is exactly the content at its cut if each key is written many times on both sides of the cut', () =>
    expectExactBase(
      moments.map((nth) => [nth, inTurn(rewrite, churn, splits, rewrite)]),
      churn,
    ));

  it('is exactly the content at its cut if the marker is long before the scan', () => {
    const hour: Work = (table) => {
      table.now += 60 * 60 * 1000;
    };
    const hours = Array.from({ length: 20 }, () => inTurn(rewrite, splits, churn, hour));
    return expectExactBase([[1, inTurn(...hours)]]);
  });

  it('is exactly the content at its cut if the stream is younger than the request, so that its start is the cut', async () => {
    await worlds.within(steady, async (world) => {
      const { table } = world;
      rewrite(table);
      const backup = await request(world);
      table.switchOff();
      rewrite(table);
      table.now += 20_000;
      table.switchOn();
      const content = new Map(table.content);
      playMeanwhile(world, [
        ...[0, 1, 2, 8, 9].map((key) => ({ do: 'write', key, put: key !== 1, lagMs: 0 }) as const),
        { do: 'split', which: 0, children: 2, hiddenFor: 2 },
        ...[3, 1, 8, 4, 5].map((key) => ({ do: 'write', key, put: key !== 8, lagMs: 0 }) as const),
      ]);
      await make(world, backup);
      const { cut } = await expectExact(world, backup);
      expect(new Set(Object.values(cut.shards))).toEqual(new Set([fromStart]));
      expect(table.contentAt(cut)).toEqual(content);
      const next = await backUp(world);
      await expectExact(world, next);
    });
  });
});
