import type { Kind } from '../../model/records.ts';
import {
  equalRanges,
  fromHex,
  type HashRange,
  rangeCount,
  rangeNumber,
  toHex,
  wholeRange,
} from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import type { RunRef } from '../format/manifest.ts';
import type { RangePlan } from '../format/range-plan.ts';
import { estimatedBytes } from '../read/runs.ts';

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
 *
 * Where all partitions are folded they double in number, as often as they outgrow their size: only a fold counts what is
 * in a half. As partitions may come to fold at different times, one that has grown to twice its size makes all fold.
 */
export function planCompaction(situation: Situation, limits: Limits): CompactionPlan {
  const { partitions, runs, changedBytes } = situation;
  const placed = runsByPartition(situation);
  const todo = equalRanges(partitions).map((range, i) => decide(situation, range, placed[i] ?? [], limits));
  const outgrown = todo.some(({ fold, work }) => fold && work > 2 * limits.partitionBytes);
  const all = todo.every(({ fold }) => fold);
  if (!all && (!outgrown || partitions >= limits.maxPartitions))
    return { partitions, ranges: join(todo, limits) };
  const bytes = runs.reduce((sum, run) => sum + estimatedBytes(run, fromHex(run.range)), changedBytes);
  const needed = Math.max(partitions, rangeCount(bytes, limits.partitionBytes, limits.maxPartitions));
  return { partitions: needed, ranges: join(foldAll(needed, bytes), limits) };
}

interface Todo extends Omit<RangePlan, 'range'> {
  readonly range: HashRange;
  /** Bytes to read and write, before compression; 0: nothing to do. */
  readonly work: number;
}

/** A run and its place in the parent's list. */
type Placed = readonly [place: number, run: RunRef];

function runsByPartition({ runs, partitions }: Situation): Placed[][] {
  const lists: Placed[][] = Array.from({ length: partitions }, () => []);
  for (const placed of runs.entries()) {
    const { from, to } = fromHex(placed[1].range);
    const last = rangeNumber(to - 1n, partitions);
    for (let i = rangeNumber(from, partitions); i <= last; i++) lists[i]?.push(placed);
  }
  return lists;
}

function decide(situation: Situation, range: HashRange, placed: readonly Placed[], limits: Limits): Todo {
  const { changedBytes, kind, partitions, runs } = situation;
  const sized = (runKind: RunRef['kind']): Sized[] =>
    placed.flatMap(([place, run]) =>
      run.kind === runKind ? { place, bytes: estimatedBytes(run, range) } : [],
    );
  const [bases, deltas] = [sized('base'), sized('delta')];
  const changed = changedBytes / partitions;
  const base = sum(bases);
  const all = base + sum(deltas) + changed;
  const fold =
    kind === 'full' ? bases.length !== 1 || all > base : base === 0 || all - base >= limits.foldShare * base;
  if (fold && all > 0) return { range, fold, mergeFrom: 0, work: all };
  const merged = toMerge(deltas, changed, bases.length, kind, limits.maxRuns);
  const idle = changed === 0 && merged.length < 2;
  return {
    range,
    fold: false,
    mergeFrom: idle ? runs.length : (merged[0]?.place ?? runs.length),
    work: idle ? 0 : sum(merged) + changed,
  };
}

interface Sized {
  readonly place: number;
  /** Before compression. */
  readonly bytes: number;
}

/**
 * The newest delta runs that the changes are merged with: all of them for a differential backup; else none, until there
 * would be too many to read. Then as many as make the bytes written for each run that goes away the fewest.
 */
function toMerge(
  deltas: readonly Sized[],
  changed: number,
  bases: number,
  kind: Kind,
  maxRuns: number,
): readonly Sized[] {
  if (kind === 'differential') return deltas;
  const excess = bases + deltas.length + 1 - maxRuns;
  if (changed === 0 || excess <= 0) return [];
  let best = deltas;
  let bestCost = Infinity;
  for (let start = deltas.length - Math.min(excess, deltas.length); start >= 0; start--) {
    const merged = deltas.slice(start);
    const cost = (sum(merged) + changed) / merged.length;
    if (cost >= bestCost) continue;
    best = merged;
    bestCost = cost;
  }
  return best;
}

/** Everything is folded anew: which runs there were makes no difference. */
function foldAll(partitions: number, bytes: number): Todo[] {
  return equalRanges(partitions).map((range) => ({
    range,
    fold: true,
    mergeFrom: 0,
    work: bytes / partitions,
  }));
}

/** Halves the hash space until the partitions of a range have the same to do and not too much together. */
function join(todo: readonly Todo[], limits: Limits): RangePlan[] {
  const [first] = todo;
  const last = todo.at(-1);
  const work = todo.reduce((total, one) => total + one.work, 0);
  if (first === undefined || last === undefined || work === 0) return [];
  const range = { from: first.range.from, to: last.range.to };
  const alike = todo.every((one) => one.fold === first.fold && one.mergeFrom === first.mergeFrom);
  const smallest = (range.to - range.from) * BigInt(limits.maxRanges) <= wholeRange.to;
  if ((alike && work <= limits.partitionBytes) || todo.length === 1 || smallest) {
    // Of different needs the larger one serves all.
    const fold = todo.some((one) => one.fold);
    return [{ range: toHex(range), fold, mergeFrom: Math.min(...todo.map((one) => one.mergeFrom)) }];
  }
  const half = todo.length / 2;
  return [...join(todo.slice(0, half), limits), ...join(todo.slice(half), limits)];
}

function sum(values: readonly { readonly bytes: number }[]): number {
  return values.reduce((total, { bytes }) => total + bytes, 0);
}
