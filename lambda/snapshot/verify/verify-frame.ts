import { type Change, compareKeyed } from '../format/change.ts';
import { ContentSum } from '../format/content.ts';
import { corruptError } from '../format/frame.ts';
import { comesBefore, type KeyPosition } from '../format/frame-index.ts';
import { formatHash } from '../format/hash-range.ts';
import { decodeLines, type RunKind } from '../format/line.ts';
import { openFrame, type StoredFrame } from '../read/read-frames.ts';
import type { LineVerifier, VerifiedLine } from './verify-line.ts';
import type { KeyRules } from '../format/key-rules.ts';

/** The facts that a frame is verified against, in addition to its entry in the index. */
export interface FrameRules {
  readonly kind: RunKind;
  readonly keys: KeyRules;
  readonly lines: LineVerifier;
  /** Where the next frame begins or, for the last frame, the run ends. Undefined: at the end of the hash space. */
  readonly next: KeyPosition | undefined;
}

/**
 * Verifies everything that the format promises about a frame: checksum, lengths, order, canonical form and sums. Returns
 * its lines. Throws `SnapshotCorrupt` for the first problem.
 */
export async function verifyFrame(stored: StoredFrame, rules: FrameRules): Promise<VerifiedLine[]> {
  const { entry } = stored;
  const lines = decodeLines(rules.kind, openFrame(stored), rules.keys);
  if (lines.length !== entry.count)
    throw corruptError(`the frame has ${lines.length} lines, not ${entry.count}`);
  verifyOrder(lines, entry, rules.next);
  const verified = lines.map((line) => rules.lines.verify(line));
  if (entry.content !== undefined) {
    const { bytes, digest } = sumLines(verified).toContent();
    if (bytes !== entry.content.bytes || digest !== entry.content.digest)
      throw corruptError("the sums over the frame's items are not those in the index");
  }
  return verified;
}

/** Adds the items among the lines to `sum`. */
export function sumLines(lines: readonly VerifiedLine[], sum = new ContentSum()): ContentSum {
  for (const { image, digest, imageBytes } of lines) {
    if (image === undefined) continue;
    sum.items++;
    sum.bytes += imageBytes;
    sum.digest.add(digest);
  }
  return sum;
}

function verifyOrder(lines: readonly Change[], first: KeyPosition, next: KeyPosition | undefined): void {
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    if (before === undefined ? !isAt(line, first) : compareKeyed(before, line) >= 0)
      throw corruptError("the frame's lines are not in order, or the first is not the one in the index");
  }
  const last = lines.at(-1);
  if (last !== undefined && next !== undefined && !comesBefore(last, next))
    throw corruptError('the frame has lines that belong to the next frame');
}

function isAt({ hash, key }: Change, place: KeyPosition): boolean {
  return formatHash(hash) === place.hash && key.toString() === place.key;
}
