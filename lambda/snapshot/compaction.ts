import type { Kind } from '../catalog/records.ts';
import {
  equalRanges,
  fromHex,
  type HashRange,
  type HexRange,
  rangeCount,
  rangeNumber,
  toHex,
  wholeRange,
} from './hash-range.ts';
import type { Limits } from './limits.ts';
import type { RunRef } from './manifest.ts';
import { estimatedBytes, runsIn } from './runs.ts';

/** What is done to a range of the parent when changes are applied to it. */
export interface RangePlan {
  readonly range: HexRange;
  /** All its runs become one base run for each partition; else the changes become a delta run. */
  readonly fold: boolean;
  /** So many of its newest delta runs go into the new one. */
  readonly merge: number;
}

export interface CompactionPlan {
  /** Partitions of the new snapshot, a power of two. */
  readonly partitions: number;
  /** In order, none where there is nothing to do. */
  readonly ranges: readonly RangePlan[];
}

export interface Situation {
  /** Of the parent; none for a base. */
  readonly runs: readonly RunRef[];
  /** Of the parent; 1 for a base. */
  readonly partitions: number;
  /** The changes' size before compression. */
  readonly changedBytes: number;
  readonly kind: Kind;
}

/**
 * Decides for each partition whether its runs are folded, or some of its delta runs merged, when changes are applied;
 * then joins neighbours with the same to do into ranges, as long as a range is not too much for one invocation.
 * A snapshot that is folded as a whole gets twice the partitions, as often as they outgrow their size.
 */
export function planCompaction(situation: Situation, limits: Limits): CompactionPlan {
  const runs = runsByPartition(situation);
  const todo = equalRanges(situation.partitions).map((range, i) =>
    decide(situation, range, runs[i] ?? [], limits),
  );
  if (!todo.every(({ fold }) => fold)) {
    return { partitions: situation.partitions, ranges: join(todo, limits) };
  }
  const bytes = todo.reduce((sum, { work }) => sum + work, 0);
  const needed = rangeCount(bytes, limits.partitionBytes, limits.maxPartitions);
  const partitions = Math.max(situation.partitions, needed);
  return { partitions, ranges: join(todo.length === partitions ? todo : foldAll(partitions, bytes), limits) };
}

interface Todo {
  readonly range: HashRange;
  readonly fold: boolean;
  readonly merge: number;
  /** Which delta runs are merged: ranges are joined where they are the same. */
  readonly merged: string;
  /** Bytes to read and write, before compression; 0: nothing to do. */
  readonly work: number;
}

function runsByPartition({ runs, partitions }: Situation): RunRef[][] {
  const lists: RunRef[][] = Array.from({ length: partitions }, () => []);
  for (const run of runs) {
    const { from, to } = fromHex(run.range);
    const last = rangeNumber(to - 1n, partitions);
    for (let i = rangeNumber(from, partitions); i <= last; i++) lists[i]?.push(run);
  }
  return lists;
}

function decide(
  { changedBytes, kind, partitions }: Situation,
  range: HashRange,
  runs: readonly RunRef[],
  limits: Limits,
): Todo {
  const sizes = (runKind: RunRef['kind']): number[] =>
    runs.filter((run) => run.kind === runKind).map((run) => estimatedBytes(run, range));
  const [bases, deltas] = [sizes('base'), sizes('delta')];
  const changed = changedBytes / partitions;
  const base = sum(bases);
  const all = base + sum(deltas) + changed;
  const fold =
    kind === 'full' ? bases.length !== 1 || all > base : base === 0 || all - base >= limits.foldShare * base;
  if (fold && all > 0) return { range, fold, merge: 0, merged: '', work: all };
  const merge = mergeCount(deltas, changed, bases.length, kind, limits.maxRuns);
  if (changed === 0 && merge < 2) return { range, fold: false, merge: 0, merged: '', work: 0 };
  const names = runs.flatMap((run) => (run.kind === 'delta' ? run.key : []));
  return {
    range,
    fold: false,
    merge,
    merged: names.slice(names.length - merge).join(' '),
    work: sum(deltas.slice(deltas.length - merge)) + changed,
  };
}

/**
 * How many of the newest delta runs the changes are merged with: all of them for a differential backup; else none, until
 * there would be too many to read. Then as many as make the bytes written for each run that goes away the fewest.
 */
function mergeCount(
  deltas: readonly number[],
  changed: number,
  bases: number,
  kind: Kind,
  maxRuns: number,
): number {
  if (kind === 'differential') return deltas.length;
  const excess = bases + deltas.length + 1 - maxRuns;
  if (changed === 0 || excess <= 0) return 0;
  let best = deltas.length;
  let bestCost = Infinity;
  let bytes = changed;
  for (const [i, size] of deltas.toReversed().entries()) {
    bytes += size;
    const count = i + 1;
    if (count >= Math.min(excess, deltas.length) && bytes / count < bestCost) {
      best = count;
      bestCost = bytes / count;
    }
  }
  return best;
}

/** Everything is folded anew: which runs there were makes no difference. */
function foldAll(partitions: number, bytes: number): Todo[] {
  return equalRanges(partitions).map((range) => ({
    range,
    fold: true,
    merge: 0,
    merged: '',
    work: bytes / partitions,
  }));
}

/** Halves the hash space until the partitions of a range have the same to do and not too much together. */
function join(todo: readonly Todo[], limits: Limits): RangePlan[] {
  const [first] = todo;
  const last = todo.at(-1);
  const work = sum(todo.map((one) => one.work));
  if (first === undefined || last === undefined || work === 0) return [];
  const range = { from: first.range.from, to: last.range.to };
  const alike = todo.every(
    (one) => one.fold === first.fold && one.merge === first.merge && one.merged === first.merged,
  );
  const smallest = (range.to - range.from) * BigInt(limits.maxRanges) <= wholeRange.to;
  if ((alike && work <= limits.partitionBytes) || todo.length === 1 || smallest) {
    // Of different needs the larger one serves all.
    const fold = todo.some((one) => one.fold);
    return [{ range: toHex(range), fold, merge: Math.max(...todo.map((one) => one.merge)) }];
  }
  const half = todo.length / 2;
  return [...join(todo.slice(0, half), limits), ...join(todo.slice(half), limits)];
}

/** The parent's runs that a range's plan replaces, each for its part in it, oldest first. */
export function replacedRuns(runs: readonly RunRef[], { range, fold, merge }: RangePlan): RunRef[] {
  const within = runsIn(runs, fromHex(range));
  if (fold) return within;
  const deltas = within.filter((run) => run.kind === 'delta');
  return deltas.slice(deltas.length - merge);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
