import { type Change, compareKeyed } from '../format/change.ts';
import { type Content, ContentSum } from '../format/content.ts';
import { findLine } from '../read/find-line.ts';
import { comesBefore, type KeyPosition } from '../format/frame-index.ts';
import { FrameBytes } from '../format/frame-bytes.ts';
import type { CopiedFrame, RawFrame } from '../format/frame-file.ts';
import { corruptError } from '../format/frame.ts';
import { contains, type HashRange } from '../format/hash-range.ts';
import { decodeLine, decodeLines, decodeKey, lineOverhead, encodeLine } from '../format/line.ts';
import { EntryCursor } from '../read/merge.ts';
import { checkStoredFrame, openFrame, type StoredFrame } from '../read/read-frames.ts';

/** A frame of the base run that is folded, in the order of its keys. */
export interface BaseFrame extends StoredFrame {
  /** What counts of it: keys outside belong to other folds. */
  readonly range: HashRange;
  /** That all its keys lie in the range is known without looking. */
  readonly whole: boolean;
  /** Where the frame behind it begins, be it of another run; keys from there on do not fall into this one. */
  readonly next: KeyPosition | undefined;
}

export interface FoldOptions {
  readonly keyCount: number;
  /** The aim for new frames. Frames that are kept or changed may have between a half and twice of it. */
  readonly frameBytes: number;
}

/**
 * Folds sorted changes into the frames of a base run: gives the frames of the new one. Frames that no change falls
 * into are handed on compressed; in the others only the lines of changed keys are looked for. `total` gets the content
 * of what came out: for frames handed on it is the index's word.
 */
export async function* foldFrames(
  base: AsyncIterable<BaseFrame>,
  changes: AsyncIterable<readonly Change[]>,
  options: FoldOptions,
  total: ContentSum,
): AsyncGenerator<RawFrame | CopiedFrame> {
  const { keyCount, frameBytes } = options;
  const frame = new FrameBuilder(options, total);
  await using entries = new EntryCursor(changes);
  for await (const stored of base) {
    const { next } = stored;
    const falls = (change: Change): boolean => next === undefined || comesBefore(change, next);
    const mine = await entries.takeWhile(falls, frameBytes);
    if (mine.length === 0 && stored.whole && frame.rawLength === 0) {
      checkStoredFrame(stored);
      total.addContent(contentOf(stored));
      yield stored;
      continue;
    }
    const lines = openFrame(stored);
    const more = entries.current !== undefined && falls(entries.current);
    if (stored.whole && !more && frame.rawLength + lines.length + countLineBytes(mine) < 2 * frameBytes) {
      frame.splice(lines, mine, contentOf(stored));
    } else {
      const kept = decodeLines('base', lines, keyCount).filter(({ hash }) => contains(stored.range, hash));
      yield* mergeLines(frame, kept, mine, entries, falls, frameBytes);
    }
    // Small frames are joined with what follows, so that deletions do not leave ever smaller ones.
    if (frame.rawLength >= frameBytes / 2) yield frame.close();
  }
  const rest = await entries.takeWhile(() => true, frameBytes);
  yield* mergeLines(frame, [], rest, entries, () => true, frameBytes);
  if (frame.rawLength > 0) yield frame.close();
}

/** Merges line by line: `mine`, then all that falls here. Closes a frame whenever it is large enough. */
async function* mergeLines(
  frame: FrameBuilder,
  kept: readonly Change[],
  mine: readonly Change[],
  entries: EntryCursor<Change>,
  falls: (change: Change) => boolean,
  frameBytes: number,
): AsyncGenerator<RawFrame> {
  let at = 0;
  for (let changes = mine; changes.length > 0; changes = await entries.takeWhile(falls, frameBytes)) {
    for (const change of changes) {
      for (let line = kept[at]; line !== undefined && compareKeyed(line, change) <= 0; line = kept[++at]) {
        // An equal key's line is replaced.
        if (compareKeyed(line, change) < 0) frame.add(line);
        if (frame.rawLength >= frameBytes) yield frame.close();
      }
      frame.add(change);
      if (frame.rawLength >= frameBytes) yield frame.close();
    }
  }
  for (const line of kept.slice(at)) {
    frame.add(line);
    if (frame.rawLength >= frameBytes) yield frame.close();
  }
}

/** Gathers lines of a base run for one frame, and what they come to; in `total` too. */
class FrameBuilder {
  readonly #keyCount: number;
  readonly #total: ContentSum;
  readonly #lines: FrameBytes;
  #content = new ContentSum();

  constructor({ keyCount, frameBytes }: FoldOptions, total: ContentSum) {
    this.#keyCount = keyCount;
    this.#total = total;
    this.#lines = new FrameBytes(frameBytes);
  }

  get rawLength(): number {
    return this.#lines.length;
  }

  /** Adds an item behind the others; a tombstone adds nothing. */
  add(change: Change): void {
    if (change.image === undefined) return;
    this.#lines.append(encodeLine('base', change));
    this.#content.add(change.image, change.imageBytes);
  }

  /** Adds a frame's lines with the changes worked in; nothing but the lines of changed keys is looked at. */
  splice(lines: Buffer, changes: readonly Change[], content: Content): void {
    this.#content.addContent(content);
    let from = 0;
    for (const change of changes) {
      const { start, end } = findLine('base', lines, this.#keyCount, change, from);
      if (start > from) this.#lines.append([lines.subarray(from, start)]);
      if (end > start) this.#remove(lines.subarray(start, end));
      this.add(change);
      from = end;
    }
    if (from < lines.length) this.#lines.append([lines.subarray(from)]);
  }

  close(): RawFrame {
    const { items, bytes, digest } = this.#content.toContent();
    this.#total.addContent({ items, bytes, digest });
    const lines = this.#lines.take();
    this.#content = new ContentSum();
    return {
      first: decodeKey('base', lines, 0, this.#keyCount),
      lines,
      count: items,
      content: { bytes, digest },
    };
  }

  #remove(line: Buffer): void {
    const { image } = decodeLine('base', line, this.#keyCount);
    if (image !== undefined) this.#content.remove(image);
  }
}

function contentOf({ file, entry }: StoredFrame): Content {
  if (entry.content === undefined) throw corruptError(`${file} is no base run`);
  return { items: entry.count, ...entry.content };
}

function countLineBytes(changes: readonly Change[]): number {
  return changes.reduce((sum, { image }) => sum + (image === undefined ? 0 : image.length + lineOverhead), 0);
}
