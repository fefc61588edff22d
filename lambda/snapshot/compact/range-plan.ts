import { fromHex, type HashRange, type HexRange, intersect, toHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import { selectRuns } from '../read/runs.ts';

/** How changes are applied to a range of the parent. */
export interface RangePlan {
  readonly range: HexRange;
  /** True: all runs of the range become one base run for each partition. False: the changes become a delta run. */
  readonly fold: boolean;
  /** The index in the parent's list of the first delta run that is merged into the new one; all later ones are merged too. */
  readonly mergeFrom: number;
}

/** Selects the parent's runs that a plan replaces, each cut to its part of the plan's range, oldest first. */
export function selectReplacedRuns(parentRuns: readonly RunRef[], plan: RangePlan): RunRef[] {
  return selectRuns(
    parentRuns.filter((run, place) => isReplaced(run, place, plan)),
    fromHex(plan.range),
  );
}

/** Selects the parts of the parent's runs that the new snapshot keeps: all that the plans do not replace. */
export function selectKeptRuns(parentRuns: readonly RunRef[], plans: readonly RangePlan[]): RunRef[] {
  return parentRuns.flatMap((run, place) =>
    plans
      .filter((plan) => isReplaced(run, place, plan))
      .reduce((kept, plan) => cutOutRange(kept, fromHex(plan.range)), [run]),
  );
}

function isReplaced(run: RunRef, place: number, { fold, mergeFrom }: RangePlan): boolean {
  return fold || (run.kind === 'delta' && place >= mergeFrom);
}

/** Removes a range from runs. A run that reaches beyond both ends of the range is then listed twice. */
function cutOutRange(runs: readonly RunRef[], range: HashRange): RunRef[] {
  return runs.flatMap((run) => {
    const { from, to } = fromHex(run.range);
    const below = intersect({ from, to }, { from: 0n, to: range.from });
    const above = intersect({ from, to }, { from: range.to, to });
    return [below, above].flatMap((part) => (part === undefined ? [] : [{ ...run, range: toHex(part) }]));
  });
}
