import { fromHex, type HashRange, type HexRange, intersect, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import { selectRuns } from '../read/runs.ts';

/** What is done to a range of the parent when changes are applied to it. */
export interface RangePlan {
  readonly range: HexRange;
  /** All its runs become one base run for each partition; else the changes become a delta run. */
  readonly fold: boolean;
  /** Its delta runs from this place in the parent's list on go into the new one: the newest of every key in it. */
  readonly mergeFrom: number;
}

/** The parent's runs that a range's plan replaces, each for its part in it, oldest first. */
export function selectReplacedRuns(parentRuns: readonly RunRef[], plan: RangePlan): RunRef[] {
  return selectRuns(
    parentRuns.filter((run, place) => isReplaced(run, place, plan)),
    fromHex(plan.range),
  );
}

/** The parent's runs but for what the plans replace. */
export function selectKeptRuns(parentRuns: readonly RunRef[], plans: readonly RangePlan[]): RunRef[] {
  return parentRuns.flatMap((run, place) =>
    plans
      .filter((plan) => isReplaced(run, place, plan))
      .reduce((kept, plan) => cutRunsOutside(kept, fromHex(plan.range)), [run]),
  );
}

function isReplaced(run: RunRef, place: number, { fold, mergeFrom }: RangePlan): boolean {
  return fold || (run.kind === 'delta' && place >= mergeFrom);
}

/** The runs without their part in the range: one in the middle of which it lies is referred to twice. */
function cutRunsOutside(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const { from, to } = fromHex(run.range);
    const below = intersect({ from, to }, { from: 0n, to: range.from });
    const above = intersect({ from, to }, { from: range.to, to });
    return [below, above].flatMap((part) => (part === undefined ? [] : [{ ...run, range: toHex(part) }]));
  });
}
