/*
 * The room `compact/`: turns staged changes into the runs of a new snapshot.
 *
 *   staged lines ── staged-record.ts ──> net changes ── sort-buffer.ts ──> sorted spills
 *   size of the spills, runs of the parent ── compaction.ts ──> a plan for each range (range-plan.ts)
 *   spills of a range, merged ──┬─> with the newest delta runs ──> one new delta run
 *                               └─> with all runs of the range ── fold.ts ──> a new base run for each partition
 *
 * In: lines in DynamoDB's export format, and the runs of the parent snapshot. Out: frames of new runs, and their content.
 * Always holds: the new runs and those that are kept give every key its newest state. A key has at most `maxRuns` runs
 * and at most one base run, which is the oldest.
 *
 * Compaction planning: decides how the changes are applied, first for each partition, then for ranges of them.
 *
 *   partition             0         1         2         3
 *   deltas of the base    10 %      12 %      55 %      9 %
 *   what to do            delta     delta     fold      delta      a fold from `foldShare` on
 *   ranges                |--- delta run ---| |- fold -| |- delta run -|      equal neighbours are joined
 */
import { splitHashSpace, fromHex, chooseRangeCount, toHex, wholeRange } from '../format/hash-range.ts';
import type { Limits } from '../format/limits.ts';
import { groupByPartition } from '../read/runs.ts';
import { type CompactionInput, estimateBytes, type PartitionWork, planPartition } from './plan-partition.ts';
import type { RangePlan } from './range-plan.ts';

/** How the changes of a backup are applied. */
export interface CompactionPlan {
  /** The number of partitions of the new snapshot, a power of two. */
  readonly partitions: number;
  /** The ranges in order. A part of the hash space without work has no range. */
  readonly ranges: readonly RangePlan[];
}

/**
 * Decides for each partition whether its runs are folded or its changes become a delta run, merged with some of the older
 * delta runs. Then joins neighbours with the same decision into ranges that are not too much work for one invocation.
 *
 * Partitions split only when all of them are folded, because only a fold can count the items of each half. So when one
 * partition reaches twice its target size, all are folded, and their number doubles until each fits.
 */
export function planCompaction(input: CompactionInput, limits: Limits): CompactionPlan {
  const { partitions, runs, changedBytes } = input;
  const placed = groupByPartition(runs, partitions);
  const todo = splitHashSpace(partitions).map((range, i) =>
    planPartition(input, range, placed[i] ?? [], limits),
  );
  const outgrown = todo.some(({ fold, work }) => fold && work > 2 * limits.partitionBytes);
  const all = todo.every(({ fold }) => fold);
  if (!all && (!outgrown || partitions >= limits.maxPartitions))
    return { partitions, ranges: joinNeighbours(todo, limits) };
  const bytes = runs.reduce((sum, run) => sum + estimateBytes(run, fromHex(run.range)), changedBytes);
  const needed = Math.max(partitions, chooseRangeCount(bytes, limits.partitionBytes, limits.maxPartitions));
  return { partitions: needed, ranges: joinNeighbours(foldAll(needed, bytes), limits) };
}

/** Folds everything, regardless of the existing runs. */
function foldAll(partitions: number, bytes: number): PartitionWork[] {
  return splitHashSpace(partitions).map((range) => ({
    range,
    fold: true,
    mergeFrom: 0,
    work: bytes / partitions,
  }));
}

/** Halves the hash space until all partitions of a range have the same decision and one invocation can do their work. */
function joinNeighbours(todo: readonly PartitionWork[], limits: Limits): RangePlan[] {
  const [first] = todo;
  const last = todo.at(-1);
  const work = todo.reduce((total, one) => total + one.work, 0);
  if (first === undefined || last === undefined || work === 0) return [];
  const range = { from: first.range.from, to: last.range.to };
  const alike = todo.every((one) => one.fold === first.fold && one.mergeFrom === first.mergeFrom);
  const smallest = (range.to - range.from) * BigInt(limits.maxRanges) <= wholeRange.to;
  if ((alike && work <= limits.partitionBytes) || todo.length === 1 || smallest) {
    // In a range of partitions with different decisions, the decision that suffices for all of them applies.
    const fold = todo.some((one) => one.fold);
    return [{ range: toHex(range), fold, mergeFrom: Math.min(...todo.map((one) => one.mergeFrom)) }];
  }
  const half = todo.length / 2;
  return [...joinNeighbours(todo.slice(0, half), limits), ...joinNeighbours(todo.slice(half), limits)];
}
