/*
 * Fold: applies sorted changes to the frames of a base run, which gives the frames of a new base run.
 *
 *   base      | frame 0 | frame 1 | frame 2           | frame 3 |
 *   changes                 x  x     x xxx xxxx xx x
 *   new       | copied  | spliced | merged | merged   | copied  |
 *
 *   copied   no change falls into the frame, and no small frame before it is open: its bytes are checked and copied
 *   spliced  only the lines of the changed keys are looked up and replaced; all others are copied as bytes
 *   merged   line by line: the result must be split, or some of the frame's keys do not belong to the range
 *
 * In: the frames of the base, in the order of their keys (base-frames.ts), and sorted changes, each key once.
 * Out: the frames of the new base run, and their content. For copied lines the content is what the base's index states.
 * Always holds: new frames have between half and twice the target size, except the last one. Memory is a frame, and as
 * many bytes of changes.
 */
import { type Change, compareKeyed } from '../format/change.ts';
import type { Content, ContentSum } from '../format/content.ts';
import { comesBefore } from '../format/frame-index.ts';
import type { CopiedFrame, RawFrame } from '../format/frame-file.ts';
import { corruptError } from '../format/frame.ts';
import { contains } from '../format/hash-range.ts';
import { decodeLines, lineOverhead } from '../format/line.ts';
import { EntryCursor } from '../read/entry-cursor.ts';
import { checkStoredFrame, openFrame, type StoredFrame } from '../read/read-frames.ts';
import type { BaseFrame } from './base-frames.ts';
import { type FoldOptions, FrameBuilder } from './frame-builder.ts';

/** Folds sorted changes into the frames of a base, as drawn above. It adds the content of the new frames to `total`. */
export async function* foldFrames(
  base: AsyncIterable<BaseFrame>,
  changes: AsyncIterable<readonly Change[]>,
  options: FoldOptions,
  total: ContentSum,
): AsyncGenerator<RawFrame | CopiedFrame> {
  const { keys, frameBytes } = options;
  const frame = new FrameBuilder(options, total);
  await using entries = new EntryCursor(changes);
  for await (const stored of base) {
    const { next } = stored;
    const fallsHere = (change: Change): boolean => next === undefined || comesBefore(change, next);
    const mine = await entries.takeWhile(fallsHere, frameBytes);
    if (mine.length === 0 && stored.whole && frame.rawLength === 0) {
      checkStoredFrame(stored);
      total.addContent(contentOf(stored));
      yield stored;
      continue;
    }
    const lines = openFrame(stored);
    const more = entries.current !== undefined && fallsHere(entries.current);
    if (stored.whole && !more && frame.rawLength + lines.length + countLineBytes(mine) < 2 * frameBytes) {
      frame.splice(lines, mine, contentOf(stored));
    } else {
      const kept = decodeLines('base', lines, keys).filter(({ hash }) => contains(stored.range, hash));
      yield* mergeLines(frame, kept, mine, entries, fallsHere, frameBytes);
    }
    // A small frame stays open for the next lines, so that deletions do not make frames smaller and smaller.
    if (frame.rawLength >= frameBytes / 2) yield frame.close();
  }
  const rest = await entries.takeWhile(() => true, frameBytes);
  yield* mergeLines(frame, [], rest, entries, () => true, frameBytes);
  if (frame.rawLength > 0) yield frame.close();
}

/**
 * Merges the `kept` lines with the changes `mine` and all further changes in this range. Closes a frame whenever it is
 * large enough.
 */
async function* mergeLines(
  frame: FrameBuilder,
  kept: readonly Change[],
  mine: readonly Change[],
  entries: EntryCursor<Change>,
  fallsHere: (change: Change) => boolean,
  frameBytes: number,
): AsyncGenerator<RawFrame> {
  let at = 0;
  for (let changes = mine; changes.length > 0; changes = await entries.takeWhile(fallsHere, frameBytes)) {
    for (const change of changes) {
      for (let line = kept[at]; line !== undefined && compareKeyed(line, change) <= 0; line = kept[++at]) {
        // A change replaces the line of the same key.
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

function contentOf({ file, entry }: StoredFrame): Content {
  if (entry.content === undefined) throw corruptError(`${file} is not a base run`);
  return { items: entry.count, ...entry.content };
}

function countLineBytes(changes: readonly Change[]): number {
  return changes.reduce((sum, { image }) => sum + (image === undefined ? 0 : image.length + lineOverhead), 0);
}
