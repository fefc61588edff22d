/*
 * Stretches: cuts a range of hashes wherever a run of either snapshot begins or ends.
 *
 *   from          |------------- base A -------------|
 *                         |--- d1 ----|
 *   to            |-- base B ---|------ base C ------|
 *
 *   stretches     |   A   |A, d1|A, d1|      A       |      the runs of `from`
 *                 |   B   |  B  |  C  |      C       |      the runs of `to`
 *
 * In: the runs of two snapshots, and a range. Out: stretches in order, which together are the range.
 * Always holds: within a stretch, each snapshot refers to the same runs at every hash.
 */
import { fromHex, type HashRange, intersect } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import type { PlacedRun } from '../read/runs.ts';

/** A range of hashes in which neither snapshot's list of runs changes. */
export interface Stretch {
  readonly range: HashRange;
  /** The runs of either snapshot, oldest first as in its manifest. */
  readonly from: readonly RunRef[];
  readonly to: readonly RunRef[];
}

/** A run, with the part of the range for which its snapshot refers to it. */
interface SidedRun extends PlacedRun {
  readonly side: 'from' | 'to';
  readonly range: HashRange;
}

/** Splits a range into stretches, as drawn above. */
export function* splitIntoStretches(
  from: readonly RunRef[],
  to: readonly RunRef[],
  range: HashRange,
): Generator<Stretch> {
  const coming = [...placeRuns(from, 'from', range), ...placeRuns(to, 'to', range)].sort((a, b) =>
    compare(a.range.from, b.range.from),
  );
  const ends = new Set([range.from, range.to, ...coming.flatMap((one) => [one.range.from, one.range.to])]);
  const cuts = [...ends].sort(compare);
  let open: SidedRun[] = [];
  let next = 0;
  for (const [i, at] of cuts.slice(0, -1).entries()) {
    open = open.filter((one) => one.range.to > at);
    for (let one = coming[next]; one?.range.from === at; one = coming[++next]) open.push(one);
    open.sort((a, b) => a.place - b.place);
    const runsOf = (side: SidedRun['side']) => open.filter((one) => one.side === side).map(({ run }) => run);
    yield { range: { from: at, to: cuts[i + 1] ?? range.to }, from: runsOf('from'), to: runsOf('to') };
  }
}

function placeRuns(runs: readonly RunRef[], side: SidedRun['side'], within: HashRange): SidedRun[] {
  return runs.flatMap((run, place) => {
    const range = intersect(fromHex(run.range), within);
    return range === undefined ? [] : [{ run, side, range, place }];
  });
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
