import { fromHex, type HashRange, intersect } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/** A range of hashes in which two snapshots refer to the same runs throughout. */
export interface Stretch {
  readonly range: HashRange;
  /** Oldest first, as in a manifest. */
  readonly from: readonly RunRef[];
  readonly to: readonly RunRef[];
}

interface Placed {
  readonly run: RunRef;
  readonly side: 'from' | 'to';
  readonly range: HashRange;
  /** Of its manifest's runs the nth. */
  readonly order: number;
}

/** Cuts a range wherever a run of either snapshot begins or ends, in order. */
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
  let open: Placed[] = [];
  let next = 0;
  for (const [i, at] of cuts.slice(0, -1).entries()) {
    open = open.filter((one) => one.range.to > at);
    for (let one = coming[next]; one?.range.from === at; one = coming[++next]) open.push(one);
    open.sort((a, b) => a.order - b.order);
    const runsOf = (side: Placed['side']) => open.filter((one) => one.side === side).map(({ run }) => run);
    yield { range: { from: at, to: cuts[i + 1] ?? range.to }, from: runsOf('from'), to: runsOf('to') };
  }
}

function placeRuns(runs: readonly RunRef[], side: Placed['side'], within: HashRange): Placed[] {
  return runs.flatMap((run, order) => {
    const range = intersect(fromHex(run.range), within);
    return range === undefined ? [] : [{ run, side, range, order }];
  });
}

function compare(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
