import { fromHex, type HashRange, intersect, findRangeNumber, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/** Selects the runs that a reader of the range must open, each cut to its part of the range. Keeps their order, oldest first. */
export function selectRuns(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const part = intersect(fromHex(run.range), range);
    return part === undefined ? [] : [{ ...run, range: toHex(part) }];
  });
}

/** A run and its place in a manifest's list of runs. */
export interface PlacedRun {
  readonly run: RunRef;
  readonly place: number;
}

/** Groups runs by the partitions, of `partitions` equal ones, that they reach into. Each list has the oldest run first. */
export function groupByPartition(runs: readonly RunRef[], partitions: number): PlacedRun[][] {
  const lists: PlacedRun[][] = Array.from({ length: partitions }, () => []);
  for (const [place, run] of runs.entries()) {
    const { from, to } = fromHex(run.range);
    const last = findRangeNumber(to - 1n, partitions);
    for (let i = findRangeNumber(from, partitions); i <= last; i++) lists[i]?.push({ run, place });
  }
  return lists;
}
