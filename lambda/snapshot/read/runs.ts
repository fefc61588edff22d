import { fromHex, type HashRange, intersect, findRangeNumber, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/** Selects the runs that a reader of the range must open, each cut to its part of the range. Keeps their order, oldest first. */
export function selectRuns(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const part = intersect(fromHex(run.range), range);
    return part === undefined ? [] : [{ ...run, range: toHex(part) }];
  });
}

/** Counts the maximum number of runs that are open at once while a reader goes up the hash space. */
export function countOpenRuns(runs: readonly RunRef[]): number {
  const ranges = runs.map((run) => fromHex(run.range));
  const starts = ranges.map(({ from }) => from).toSorted(compare);
  const ends = ranges.map(({ to }) => to).toSorted(compare);
  let most = 0;
  let ended = 0;
  for (const [i, start] of starts.entries()) {
    for (let end = ends[ended]; end !== undefined && end <= start; end = ends[ended]) ended++;
    most = Math.max(most, i + 1 - ended);
  }
  return most;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

/** A run and its place in a manifest's list of runs. */
export interface PlacedRun {
  readonly run: RunRef;
  readonly place: number;
}

/**
 * Groups runs by the partitions that they reach into; `partitions` is the number of equal partitions. Each list has the
 * oldest run first.
 */
export function groupByPartition(runs: readonly RunRef[], partitions: number): PlacedRun[][] {
  const lists: PlacedRun[][] = Array.from({ length: partitions }, () => []);
  for (const [place, run] of runs.entries()) {
    const { from, to } = fromHex(run.range);
    const last = findRangeNumber(to - 1n, partitions);
    for (let i = findRangeNumber(from, partitions); i <= last; i++) lists[i]?.push({ run, place });
  }
  return lists;
}
