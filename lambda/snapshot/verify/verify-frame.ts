import { type Change, compareKeyed } from '../format/change.ts';
import { ContentSum } from '../format/content.ts';
import { corruptError } from '../format/frame.ts';
import { comesBefore, type KeyPosition } from '../format/frame-index.ts';
import { formatHash } from '../format/hash-range.ts';
import { decodeLines, type RunKind } from '../format/line.ts';
import { openFrame, type StoredFrame } from '../read/read-frames.ts';
import type { LineVerifier, VerifiedLine } from './verify-line.ts';

export interface FrameRules {
  readonly kind: RunKind;
  readonly keyCount: number;
  readonly lines: LineVerifier;
  /** Where the next frame begins, or where the run ends; undefined: at the end of the hash space. */
  readonly next: KeyPosition | undefined;
}

/**
 * A frame's lines, after all that the format promises of them was checked: checksum, lengths, order, canonical form,
 * sums. Throws `SnapshotCorrupt` for the first that does not hold.
 */
export async function verifyFrame(stored: StoredFrame, rules: FrameRules): Promise<VerifiedLine[]> {
  const { entry } = stored;
  const lines = decodeLines(rules.kind, openFrame(stored), rules.keyCount);
  if (lines.length !== entry.count)
    throw corruptError(`the frame has ${lines.length} lines, not ${entry.count}`);
  verifyOrder(lines, entry, rules.next);
  const verified = lines.map((line) => rules.lines.verify(line));
  if (entry.content !== undefined) {
    const { bytes, digest } = sumLines(verified).toContent();
    if (bytes !== entry.content.bytes || digest !== entry.content.digest)
      throw corruptError("the frame's items do not come to what the index says of them");
  }
  return verified;
}

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
      throw corruptError('the lines of the frame are not in order, or do not begin as the index says');
  }
  const last = lines.at(-1);
  if (last !== undefined && next !== undefined && !comesBefore(last, next))
    throw corruptError('the frame reaches beyond its end');
}

function isAt({ hash, key }: Change, place: KeyPosition): boolean {
  return formatHash(hash) === place.hash && key.toString() === place.key;
}
