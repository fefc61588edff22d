import { compareKeyed, type Keyed } from '../format/change.ts';
import { findLineEnd, decodeKey, type RunKind } from '../format/line.ts';

/** Where a key's line is in a frame, or would be: from `start` to `end`, its line end included. */
export interface LineSpan {
  readonly start: number;
  /** `start` if there is no such line. */
  readonly end: number;
}

const newline = 10;

/** The first step of the search from `from`: some lines of an ordinary length. */
const firstStep = 4096;

/**
 * Finds a key's line among the sorted lines of a frame, from the line that begins at `from` on, by looking at a few
 * lines only: in growing steps, then by halving. Throws `SnapshotCorrupt` if what it looks at is no line.
 */
export function findLine(kind: RunKind, frame: Buffer, keyCount: number, target: Keyed, from = 0): LineSpan {
  let low = from;
  let high = frame.length;
  for (let step = firstStep; low < high;) {
    const middle = step > 0 && low + step < high ? low + step : (low + high) >>> 1;
    const start = findLineStart(frame, middle);
    const order = compareKeyed(decodeKey(kind, frame, start, keyCount), target);
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

/** Where the line begins that the byte is in. */
function findLineStart(frame: Buffer, at: number): number {
  // A negative place would count from the end.
  return at === 0 ? 0 : frame.lastIndexOf(newline, at - 1) + 1;
}
