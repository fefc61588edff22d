import { fromHex, type HashRange, intersect, findRangeNumber, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/** The runs that a reader of the range opens, each for its part of it; oldest first as they came. */
export function selectRuns(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const part = intersect(fromHex(run.range), range);
    return part === undefined ? [] : [{ ...run, range: toHex(part) }];
  });
}

/** A run and its place in the list of a manifest's runs. */
export interface PlacedRun {
  readonly run: RunRef;
  readonly place: number;
}

/** The runs that each of `partitions` equal ranges of the hash space reads, oldest first. */
export function groupByPartition(runs: readonly RunRef[], partitions: number): PlacedRun[][] {
  const lists: PlacedRun[][] = Array.from({ length: partitions }, () => []);
  for (const [place, run] of runs.entries()) {
    const { from, to } = fromHex(run.range);
    const last = findRangeNumber(to - 1n, partitions);
    for (let i = findRangeNumber(from, partitions); i <= last; i++) lists[i]?.push({ run, place });
  }
  return lists;
}
