import { fromHex, type HashRange, intersect, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import type { RangePlan } from '../format/range-plan.ts';

/** The runs that a reader of the range opens, each for its part of it; oldest first as they came. */
export function runsIn(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const part = intersect(fromHex(run.range), range);
    return part === undefined ? [] : [{ ...run, range: toHex(part) }];
  });
}

/** The runs without their part in the range: one in the middle of which it lies is referred to twice. */
function runsOutside(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const { from, to } = fromHex(run.range);
    const below = intersect({ from, to }, { from: 0n, to: range.from });
    const above = intersect({ from, to }, { from: range.to, to });
    return [below, above].flatMap((part) => (part === undefined ? [] : [{ ...run, range: toHex(part) }]));
  });
}

/** The parent's runs that a range's plan replaces, each for its part in it, oldest first. */
export function replacedRuns(parentRuns: readonly RunRef[], plan: RangePlan): RunRef[] {
  return runsIn(
    parentRuns.filter((run, place) => isReplaced(run, place, plan)),
    fromHex(plan.range),
  );
}

/** The parent's runs but for what the plans replace. */
export function keptRuns(parentRuns: readonly RunRef[], plans: readonly RangePlan[]): RunRef[] {
  return parentRuns.flatMap((run, place) =>
    plans
      .filter((plan) => isReplaced(run, place, plan))
      .reduce((kept, plan) => runsOutside(kept, fromHex(plan.range)), [run]),
  );
}

function isReplaced(run: RunRef, place: number, { fold, mergeFrom }: RangePlan): boolean {
  return fold || (run.kind === 'delta' && place >= mergeFrom);
}

/** About how many bytes before compression of the run lie in the range: hashes are spread evenly. */
export function estimatedBytes(run: RunRef, range: HashRange): number {
  const part = intersect(fromHex(run.range), range);
  if (part === undefined) return 0;
  const written = fromHex(run.written);
  return run.rawBytes * (Number(part.to - part.from) / Number(written.to - written.from));
}
