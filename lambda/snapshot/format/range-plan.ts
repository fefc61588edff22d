import type { HexRange } from './hash-range.ts';

/** What is done to a range of the parent when changes are applied to it. */
export interface RangePlan {
  readonly range: HexRange;
  /** All its runs become one base run for each partition; else the changes become a delta run. */
  readonly fold: boolean;
  /** Its delta runs from this place in the parent's list on go into the new one: the newest of every key in it. */
  readonly mergeFrom: number;
}
