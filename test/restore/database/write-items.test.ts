import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DigestSum, digestImage } from '../../../lambda/snapshot/format/digest.ts';
import type { SnapshotItem } from '../../../lambda/snapshot/read/read-snapshot.ts';
import { serviceError } from '../../support/restore/imports.ts';
import {
  makeItem,
  type RangeOptions,
  type SimulatedRange,
  sumParts,
  writeSimulatedRange,
} from '../../support/restore/simulated-range.ts';
import { ThrottledTable, unitsOf } from '../../support/restore/throttled-table.ts';
import { VirtualTime } from '../../support/restore/virtual-time.ts';
import { Random } from '../../simulation/random.ts';

const kilobyte = 1024;
/** The number of ranges that are written at the same time. */
const rangeCount = 8;
/** An invocation ends at most this long after its budget: a deployed one has as much time in reserve. */
const reserveMs = 60_000;

// Makes the random pauses between requests repeatable.
beforeEach(() => {
  const random = new Random(1);
  vi.spyOn(Math, 'random').mockImplementation(() => random.next());
});

function makeRanges(totalBytes: number, itemBytes: number, ranges = rangeCount): SnapshotItem[][] {
  const count = Math.ceil(totalBytes / itemBytes / ranges);
  return Array.from({ length: ranges }, (_, range) =>
    Array.from({ length: count }, (__, n) => makeItem(range * count + n, itemBytes)),
  );
}

type WriteOptions = Pick<RangeOptions, 'budgetMs' | 'killAt'> & {
  readonly refuse?: ThrottledTable['refuse'];
};

/** Writes ranges at the same time into a table that accepts so many units a second. */
async function writeAll(
  itemRanges: readonly SnapshotItem[][],
  rate: number,
  { refuse, ...options }: WriteOptions,
): Promise<{ table: ThrottledTable; ranges: SimulatedRange[]; seconds: number }> {
  const clock = new VirtualTime();
  const table = new ThrottledTable(clock, rate);
  if (refuse !== undefined) table.refuse = refuse;
  const work = itemRanges.map((items) => writeSimulatedRange({ clock, table, items, ...options }));
  const ranges = await clock.run(Promise.all(work));
  return { table, ranges, seconds: clock.now() / 1000 };
}

function countUnits(itemRanges: readonly SnapshotItem[][]): number {
  return itemRanges.flat().reduce((sum, { image }) => sum + unitsOf(image.length), 0);
}

function digestOf(items: readonly SnapshotItem[]): string {
  const digest = new DigestSum();
  for (const { image } of items) digest.add(digestImage(image));
  return digest.toHex();
}

const sizes = [1, 10, 100, 400];
const rates = [1000, 4000, 40_000];

describe('a restore into a table that accepts fewer write units than the restore sends', () => {
  it.each(sizes.flatMap((size) => rates.map((rate) => [size, rate] as const)))(
    'writes items of %d KB once, at %d units a second, in invocations that end on time',
    async (size, rate) => {
      const itemRanges = makeRanges(4 * kilobyte ** 2, size * kilobyte);
      const budgetMs = 1000;
      const units = countUnits(itemRanges);
      const { table, ranges, seconds } = await writeAll(itemRanges, rate, { budgetMs });
      expect(table.written.size).toBe(itemRanges.flat().length);
      expect(table.units).toBe(units);
      expect(seconds).toBeLessThan(3 + (2 * units) / rate);
      for (const [i, { parts, longestMs }] of ranges.entries()) {
        const items = itemRanges[i] ?? [];
        expect(sumParts(parts)).toEqual({ items: items.length, digest: digestOf(items) });
        expect(longestMs).toBeLessThan(budgetMs + reserveMs);
      }
    },
  );

  it('writes at most 5 percent again when all invocations are killed after some minutes', async () => {
    const itemRanges = makeRanges(8 * kilobyte ** 2, kilobyte, 2);
    const { table, ranges } = await writeAll(itemRanges, 10, { budgetMs: 600_000, killAt: 400_000 });
    const units = countUnits(itemRanges);
    expect(table.units).toBeGreaterThan(units);
    expect(table.units).toBeLessThanOrEqual(1.05 * units);
    for (const [i, { parts }] of ranges.entries())
      expect(sumParts(parts).digest).toBe(digestOf(itemRanges[i] ?? []));
  });

  it('writes each item once even if the service fails now and then', async () => {
    const itemRanges = makeRanges(kilobyte ** 2, kilobyte);
    let calls = 0;
    const refuse = () =>
      ++calls % 3 === 0
        ? Object.assign(serviceError('InternalServerError'), { $fault: 'server' })
        : undefined;
    const { table } = await writeAll(itemRanges, 4000, { budgetMs: 3000, refuse });
    expect([table.written.size, table.units]).toEqual([itemRanges.flat().length, countUnits(itemRanges)]);
  });
});

describe('a range of a restore', () => {
  const items = Array.from({ length: 5000 }, (_, n) => makeItem(n, kilobyte));

  /** Writes the items until the range fails. */
  async function failWith(refuse: ThrottledTable['refuse']) {
    const clock = new VirtualTime();
    const table = new ThrottledTable(clock, 40_000);
    table.refuse = refuse;
    const range = writeSimulatedRange({ clock, table, items, budgetMs: 120_000 });
    const error = await clock.run(range.then(() => undefined).catch((thrown: unknown) => thrown));
    return { error, table, seconds: clock.now() / 1000 };
  }

  it('fails once the table has accepted nothing during five whole invocations', async () => {
    const { error, table, seconds } = await failWith(() => serviceError('ThrottlingException', 'slow down'));
    expect(error).toMatchObject({
      code: 'WritesRefused',
      message: 'restored accepted no item in all the time of this step: ThrottlingException: slow down',
    });
    expect(table.written.size).toBe(0);
    expect(seconds).toBeGreaterThan(5 * 120);
    expect(seconds).toBeLessThan(5 * 180);
  });

  it('fails if one item is never accepted, at most a thousand items past it', async () => {
    const { error, table } = await failWith((keys) => (keys.includes('item-700') ? ['item-700'] : undefined));
    expect(error).toMatchObject({ code: 'WritesRefused' });
    expect(table.written.has('item-700')).toBe(false);
    expect(table.written.size).toBeLessThan(700 + 2 * 1000);
    expect(table.units).toBe(table.written.size);
  });

  it('fails with the table’s own error if that is not throttling, and records the items written so far', async () => {
    const { error, table } = await failWith((keys) =>
      keys.includes('item-2000') ? serviceError('ValidationException', 'too large') : undefined,
    );
    expect(error).toMatchObject({ name: 'ValidationException', message: 'too large' });
    expect(table.written.size).toBeGreaterThan(1900);
    expect(table.units).toBe(table.written.size);
  });
});
