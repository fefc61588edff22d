import { compareKeyed, type Keyed } from '../format/change.ts';
import { findLineEnd, decodeKey, type RunKind } from '../format/line.ts';
import type { KeyRules } from '../format/key-rules.ts';

/** The place of a key's line in the lines of a frame, line end included. */
export interface LineSpan {
  readonly start: number;
  /** Equal to `start` if the frame has no line for the key: then its line would be inserted here. */
  readonly end: number;
}

const newline = 10;

/** The first step of the search, in bytes: a few lines of ordinary length. */
const firstStep = 4096;

/**
 * Finds a key's line among the sorted lines of a frame, from the line that begins at `from` on. It decodes the keys of a
 * few lines only: steps double until one lands on a later key, then the stretch before it is halved.
 *
 *   from   4 KiB    8 KiB              16 KiB
 *     |------>|------->|----------------->|      keys before the target, then one after it
 *                      |    <----|        |      halved until the line is found, or the place where it would be
 *
 * Throws `SnapshotCorrupt` if it meets bytes that are not a line.
 */
export function findLine(kind: RunKind, frame: Buffer, keys: KeyRules, target: Keyed, from = 0): LineSpan {
  let low = from;
  let high = frame.length;
  for (let step = firstStep; low < high;) {
    const middle = step > 0 && low + step < high ? low + step : (low + high) >>> 1;
    const start = findLineStart(frame, middle);
    const order = compareKeyed(decodeKey(kind, frame, start, keys), target);
    if (order === 0) return { start, end: findLineEnd(frame, start) };
    if (order < 0) {
      low = findLineEnd(frame, start);
      step *= 2;
    } else {
      high = start;
      step = 0;
    }
  }
  return { start: low, end: low };
}

/** Finds the start of the line that contains the byte at `at`. */
function findLineStart(frame: Buffer, at: number): number {
  // `lastIndexOf` would count a negative place from the end.
  return at === 0 ? 0 : frame.lastIndexOf(newline, at - 1) + 1;
}
