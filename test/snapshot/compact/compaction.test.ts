import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../../lambda/model/records.ts';
import { type CompactionPlan, planCompaction } from '../../../lambda/snapshot/compact/compaction.ts';
import { estimateBytes } from '../../../lambda/snapshot/compact/plan-partition.ts';
import { selectReplacedRuns } from '../../../lambda/snapshot/compact/range-plan.ts';
import {
  contains,
  splitHashSpace,
  fromHex,
  intersect,
  toHex,
} from '../../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits, type Limits } from '../../../lambda/snapshot/format/limits.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { selectRuns } from '../../../lambda/snapshot/read/runs.ts';
import { PlannedTable, samples, type Step } from '../../support/snapshot/planned-table.ts';
import { scaleRuns } from '../../support/scale.ts';

const anyLimits: fc.Arbitrary<Limits> = fc
  .record({
    partitionBytes: fc.constantFrom(100, 1000),
    maxPartitions: fc.constantFrom(1, 8, 32),
    maxRanges: fc.constantFrom(1, 2, 4, 32),
    maxRuns: fc.integer({ min: 2, max: 6 }),
    foldShare: fc.constantFrom(0.1, 0.5, 2),
  })
  .map((chosen) => ({ ...defaultLimits, ...chosen }));

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom<Kind>('incremental', 'incremental', 'incremental', 'differential', 'full'),
  changedBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 5000 })),
  splits: fc.oneof(fc.constant([]), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })),
});

/** Some histories have many small changes after a large base, so that runs accumulate. */
const anyHistory = fc.oneof(
  fc.record({ limits: anyLimits, steps: fc.array(anyStep, { minLength: 1, maxLength: 20 }) }),
  fc.record({
    limits: anyLimits.map((limits) => ({ ...limits, foldShare: 2 })),
    steps: fc
      .tuple(
        anyStep.map((step) => ({ ...step, changedBytes: 3000 })),
        fc.array(
          anyStep.map((step) => ({
            ...step,
            kind: 'incremental' as const,
            changedBytes: step.changedBytes % 50,
          })),
          { minLength: 5, maxLength: 20 },
        ),
      )
      .map(([first, others]) => [first, ...others]),
  }),
);

interface Seen {
  readonly table: PlannedTable;
  readonly limits: Limits;
  readonly step: Step;
  readonly plan: CompactionPlan;
  /** The parent's runs and partitions. */
  readonly before: { readonly runs: readonly RunRef[]; readonly partitions: number };
}

/** Checks the rule after every backup of any history. */
function expectAlways(rule: (seen: Seen) => void, numRuns = scaleRuns(50)): void {
  fc.assert(
    fc.property(anyHistory, ({ limits, steps }) => {
      const table = new PlannedTable(limits);
      for (const step of steps) {
        const { runs = [], partitions = [undefined] } = table.manifest ?? {};
        const plan = table.backup(step);
        rule({ table, limits, step, plan, before: { runs, partitions: partitions.length } });
      }
    }),
    { numRuns },
  );
}

function countMaxRuns(table: PlannedTable): number {
  return Math.max(...samples.map((hash) => table.listRunsAt(hash).length));
}

describe('after any sequence of backups', () => {
  it('a reader finds every change once, in the order of the backups', () => {
    expectAlways(({ table, step }) => {
      const held = samples.map((hash) => table.listBackupsAt(hash));
      expect(held).toEqual(held.map((one) => [...new Set(one)].sort((x, y) => x - y)));
      const newest = held.every((one) => one.at(-1) === table.backups - 1);
      expect(newest || step.changedBytes === 0).toBe(true);
    });
  });

  it('no change of an earlier backup is lost', () => {
    fc.assert(
      fc.property(anyHistory, ({ limits, steps }) => {
        const table = new PlannedTable(limits);
        for (const step of steps) {
          const before = samples.map((hash) => table.listBackupsAt(hash));
          table.backup(step);
          const after = samples.map((hash) => new Set(table.listBackupsAt(hash)));
          expect(before.map((held, i) => held.filter((one) => after[i]?.has(one)))).toEqual(before);
        }
      }),
      { numRuns: scaleRuns(50) },
    );
  });

  it('no key has more than maxRuns runs', () => {
    expectAlways(({ table, limits }) => {
      expect(countMaxRuns(table)).toBeLessThanOrEqual(limits.maxRuns);
    });
  });

  it('no key has more than maxRuns runs if the time budget has split delta runs', () => {
    const table = new PlannedTable({
      ...defaultLimits,
      partitionBytes: 100,
      maxPartitions: 4,
      maxRanges: 1,
      maxRuns: 2,
      foldShare: 2,
    });
    table.backup({ kind: 'full', changedBytes: 400, splits: [] });
    for (const _ of Array.from({ length: 3 })) {
      table.backup({ kind: 'incremental', changedBytes: 20, splits: [0.1, 0.4, 0.6, 0.9] });
      expect(countMaxRuns(table)).toBeLessThanOrEqual(2);
    }
    table.backup({ kind: 'differential', changedBytes: 20, splits: [] });
    expect(countMaxRuns(table)).toBe(2);
  });

  it('a key has at most one base run, and it is the oldest run', () => {
    expectAlways(({ table }) => {
      const newer = samples.flatMap((hash) => table.listRunsAt(hash).slice(1));
      expect(newer.some(({ kind }) => kind === 'base')).toBe(false);
    });
  });

  it('a manifest refers to a run at most once for each hash', () => {
    expectAlways(({ table }) => {
      const runs = table.manifest?.runs ?? [];
      for (const [i, run] of runs.entries()) {
        const others = runs.slice(0, i).filter(({ key }) => key === run.key);
        expect(others.some((other) => intersect(fromHex(other.range), fromHex(run.range)))).toBe(false);
      }
    });
  });
});

describe('a compaction plan', () => {
  it('has at most maxRanges ranges, in order, without overlap and on partition boundaries', () => {
    expectAlways(({ plan, limits }) => {
      const starts = new Set(
        splitHashSpace(plan.partitions)
          .map(({ from }) => from)
          .concat(1n << 64n),
      );
      let end = 0n;
      for (const { from, to } of plan.ranges.map(({ range }) => fromHex(range))) {
        expect(from).toBeGreaterThanOrEqual(end);
        expect(to).toBeGreaterThan(from);
        expect(starts.has(from) && starts.has(to)).toBe(true);
        end = to;
      }
      expect(plan.ranges.length).toBeLessThanOrEqual(limits.maxRanges);
    });
  });

  it('replaces the newest delta runs of a key or, in a fold, all its runs', () => {
    expectAlways(({ plan, before }) => {
      for (const rangePlan of plan.ranges) {
        const replaced = new Set(
          selectReplacedRuns(before.runs, rangePlan).map(({ key, range }) => `${key} ${range.from}`),
        );
        const within = selectRuns(before.runs, fromHex(rangePlan.range));
        const hashes = samples.filter((hash) => contains(fromHex(rangePlan.range), hash));
        const chosen = hashes.map((hash) =>
          within
            .filter((run) => contains(fromHex(run.range), hash))
            .map(({ key, range }) => replaced.has(`${key} ${range.from}`)),
        );
        expect(chosen).toEqual(chosen.map((one) => one.toSorted((x, y) => Number(x) - Number(y))));
        expect(rangePlan.fold && chosen.flat().includes(false)).toBe(false);
      }
    });
  });

  it('folds a partition once its delta runs come to foldShare of its base run', () => {
    expectAlways(({ plan, before, limits, step }) => {
      for (const partition of splitHashSpace(before.partitions)) {
        const sizeOf = (kind: RunRef['kind']): number =>
          before.runs
            .filter((run) => run.kind === kind)
            .reduce((sum, run) => sum + estimateBytes(run, partition), 0);
        const deltas = sizeOf('delta') + step.changedBytes / before.partitions;
        const fold = plan.ranges.find(({ range }) => contains(fromHex(range), partition.from))?.fold ?? false;
        // Slightly above the limit, because sums are rounded.
        expect(fold || deltas <= limits.foldShare * sizeOf('base') * 1.000001).toBe(true);
      }
    });
  });

  it('leaves no delta run after a full backup', () => {
    expectAlways(({ table, step }) => {
      const kinds = table.manifest?.runs.map(({ kind }) => kind) ?? [];
      expect(step.kind === 'full' && kinds.includes('delta')).toBe(false);
    });
  });

  it('leaves at most one delta run for a key after a differential backup', () => {
    expectAlways(({ table, step }) => {
      const deltas = samples.map(
        (hash) => table.listRunsAt(hash).filter(({ kind }) => kind === 'delta').length,
      );
      expect(step.kind === 'differential' && Math.max(...deltas) > 1).toBe(false);
    });
  });

  it('changes the number of partitions only if all are folded, and then to a larger power of two up to maxPartitions', () => {
    expectAlways(({ plan, before, limits }) => {
      const folds = plan.ranges.every(({ fold }) => fold);
      expect(plan.partitions === before.partitions || folds).toBe(true);
      expect(Math.log2(plan.partitions / before.partitions)).toBeGreaterThanOrEqual(0);
      expect(Number.isInteger(Math.log2(plan.partitions))).toBe(true);
      expect(plan.partitions).toBeLessThanOrEqual(limits.maxPartitions);
    });
  });
});

it('a table that grows only by increments gets more partitions, although they never all need a fold at once', () => {
  const table = new PlannedTable({ ...defaultLimits, partitionBytes: 1000, maxPartitions: 1024 });
  let bytes = 8000;
  table.backup({ kind: 'full', changedBytes: bytes, splits: [] });
  for (const _ of Array.from({ length: 250 })) {
    table.backup({ kind: 'incremental', changedBytes: bytes * 0.01, splits: [] });
    bytes *= 1.01;
  }
  const { runs = [], partitions = [] } = table.manifest ?? {};
  const sizes = splitHashSpace(partitions.length).map((range) =>
    runs.reduce((sum, run) => sum + estimateBytes(run, range), 0),
  );
  // A partition grows to twice its size before the number of partitions doubles, and by half of that until it is folded.
  expect(Math.max(...sizes)).toBeLessThan(4 * 1000);
});

/** The base runs of a table of equal partitions, one for each. */
function makeBases(partitions: number, rawBytes: number): RunRef[] {
  return splitHashSpace(partitions).map((range, i) => ({
    key: `base-${i}`,
    kind: 'base',
    bytes: rawBytes,
    rawBytes,
    records: 1,
    tombstones: 0,
    index: { offset: 0, length: 0, sha256: '' },
    range: toHex(range),
    written: toHex(range),
  }));
}

describe('the ranges of a compaction plan', () => {
  it.each([1, 2, 16, 512])('are a single range for small changes to %i partitions', (partitions) => {
    const runs = makeBases(partitions, 200e6);
    const plan = planCompaction({ runs, partitions, changedBytes: 1000, kind: 'incremental' }, defaultLimits);
    expect(plan.ranges).toEqual([
      { range: toHex({ from: 0n, to: 1n << 64n }), fold: false, mergeFrom: expect.any(Number) },
    ]);
  });

  it('are, for large changes, so many that each has at most the size of one partition', () => {
    const runs = makeBases(16, 200e6);
    const situation = { runs, partitions: 16, changedBytes: 1e9, kind: 'incremental' as const };
    expect(planCompaction(situation, defaultLimits).ranges).toHaveLength(4);
  });
});

it('planCompaction plans 16,384 partitions with 8 runs each', () => {
  const partitions = defaultLimits.maxPartitions;
  const whole = toHex({ from: 0n, to: 1n << 64n });
  const delta = (i: number): RunRef => ({
    ...(makeBases(1, 1e9)[0] as RunRef),
    key: `delta-${i}`,
    kind: 'delta',
    range: whole,
    written: whole,
  });
  const runs = [...makeBases(partitions, 256e6), ...Array.from({ length: 7 }, (_, i) => delta(i))];
  const started = performance.now();
  const plan = planCompaction({ runs, partitions, changedBytes: 1e9, kind: 'incremental' }, defaultLimits);
  console.log(
    `16,384 partitions: planned in ${Math.round(performance.now() - started)} ms, ${plan.ranges.length} ranges`,
  );
  expect(plan.ranges.length).toBeGreaterThan(0);
  expect(plan.ranges.length).toBeLessThanOrEqual(defaultLimits.maxRanges);
});
