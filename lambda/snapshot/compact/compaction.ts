import type { Kind } from '../../model/records.ts';
import {
  splitHashSpace,
  fromHex,
  type HashRange,
  intersect,
  chooseRangeCount,
  toHex,
  wholeRange,
} from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import type { RunRef } from '../format/manifest.ts';
import { type PlacedRun, groupByPartition } from '../read/runs.ts';
import type { RangePlan } from './range-plan.ts';

export interface CompactionPlan {
  /** Partitions of the new snapshot, a power of two. */
  readonly partitions: number;
  /** In order, none where there is nothing to do. */
  readonly ranges: readonly RangePlan[];
}

export interface CompactionInput {
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
export function planCompaction(situation: CompactionInput, limits: Limits): CompactionPlan {
  const { partitions, runs, changedBytes } = situation;
  const placed = groupByPartition(runs, partitions);
  const todo = splitHashSpace(partitions).map((range, i) =>
    planPartition(situation, range, placed[i] ?? [], limits),
  );
  const outgrown = todo.some(({ fold, work }) => fold && work > 2 * limits.partitionBytes);
  const all = todo.every(({ fold }) => fold);
  if (!all && (!outgrown || partitions >= limits.maxPartitions))
    return { partitions, ranges: joinNeighbours(todo, limits) };
  const bytes = runs.reduce((sum, run) => sum + estimateBytes(run, fromHex(run.range)), changedBytes);
  const needed = Math.max(partitions, chooseRangeCount(bytes, limits.partitionBytes, limits.maxPartitions));
  return { partitions: needed, ranges: joinNeighbours(foldAll(needed, bytes), limits) };
}

/** About how many bytes before compression of the run lie in the range: hashes are spread evenly. */
export function estimateBytes(run: RunRef, range: HashRange): number {
  const part = intersect(fromHex(run.range), range);
  if (part === undefined) return 0;
  const written = fromHex(run.written);
  return run.rawBytes * (Number(part.to - part.from) / Number(written.to - written.from));
}

interface PartitionWork extends Omit<RangePlan, 'range'> {
  readonly range: HashRange;
  /** Bytes to read and write, before compression; 0: nothing to do. */
  readonly work: number;
}

function planPartition(
  situation: CompactionInput,
  range: HashRange,
  placed: readonly PlacedRun[],
  limits: Limits,
): PartitionWork {
  const { changedBytes, kind, partitions, runs } = situation;
  const sized = (runKind: RunRef['kind']): Sized[] =>
    placed.flatMap(({ place, run }) =>
      run.kind === runKind ? { place, bytes: estimateBytes(run, range) } : [],
    );
  const [bases, deltas] = [sized('base'), sized('delta')];
  const changed = changedBytes / partitions;
  const base = sum(bases);
  const all = base + sum(deltas) + changed;
  const fold =
    kind === 'full' ? bases.length !== 1 || all > base : base === 0 || all - base >= limits.foldShare * base;
  if (fold && all > 0) return { range, fold, mergeFrom: 0, work: all };
  const merged = chooseMerge(deltas, changed, bases.length, kind, limits.maxRuns);
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
function chooseMerge(
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
function foldAll(partitions: number, bytes: number): PartitionWork[] {
  return splitHashSpace(partitions).map((range) => ({
    range,
    fold: true,
    mergeFrom: 0,
    work: bytes / partitions,
  }));
}

/** Halves the hash space until the partitions of a range have the same to do and not too much together. */
function joinNeighbours(todo: readonly PartitionWork[], limits: Limits): RangePlan[] {
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
  return [...joinNeighbours(todo.slice(0, half), limits), ...joinNeighbours(todo.slice(half), limits)];
}

function sum(values: readonly { readonly bytes: number }[]): number {
  return values.reduce((total, { bytes }) => total + bytes, 0);
}
