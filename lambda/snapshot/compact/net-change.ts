/*
 * Net changes: the effect on a key between two points in its history, regardless of the steps in between.
 *
 *   changes of a key     1: a -> b     2: b -> gone      3: gone -> c
 *   net changes          1 to 2: a -> gone               3: gone -> c      in two spills
 *   combined             1 to 3: a -> c                                    the oldest old image, the newest image
 *
 * In: single changes, or net changes of the same key. Out: one net change.
 * Always holds: combining is associative and commutative, and a change that comes twice counts once. So spills may be
 * written by several tasks, some of them twice, and merged in any order.
 */
import { TidemarkError } from '../../runtime/errors.ts';
import type { Keyed } from '../format/change.ts';

/** The net change of one key: from the image before its earliest known change to the image after its latest. */
export interface NetChange extends Keyed {
  /** The order of the earliest and of the latest change, as decimal text. '', the order of an item of a scan, comes first. */
  readonly first: string;
  readonly last: string;
  /** The image before. Undefined: the item did not exist or, for an item of a scan, it is unknown whether it did. */
  readonly old: OldImage | undefined;
  /** The image after. Undefined: the item was deleted. */
  readonly image: Buffer | undefined;
  /** DynamoDB's item size of the image after; 0 if the item was deleted. */
  readonly imageBytes: number;
  /**
   * Set for records of an export. An export holds a key once, so a second record of the same order is an error, not a
   * repeat.
   */
  readonly once?: true;
}

/** The size and digest of the image before a change. */
export interface OldImage {
  readonly digest: Buffer;
  /** DynamoDB's item size. */
  readonly bytes: number;
}

/**
 * Combines two net changes of the same key. Throws `StagedDataCorrupt` if an export holds the key twice, because nothing
 * shows which of the two records counts.
 */
export function combineChanges(a: NetChange, b: NetChange): NetChange {
  if (a.once === true && b.once === true && (a.first === b.first || a.last === b.last)) {
    throw new TidemarkError('StagedDataCorrupt', 'an export holds a key twice');
  }
  const older = compareOrder(a.first, b.first) <= 0 ? a : b;
  const newer = compareOrder(a.last, b.last) <= 0 ? b : a;
  return { ...newer, first: older.first, old: older.old };
}

/** Compares two orders: whole numbers of any length as decimal text without leading zeros, or ''. */
export function compareOrder(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
