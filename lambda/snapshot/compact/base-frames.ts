/*
 * Base frames: lists the frames of the base of a range, in the order of their keys, as a fold needs them.
 *
 *   range                   |-----------------------------------|
 *   run A counts in         |-----------------|
 *   run B counts in                           |-----------------|
 *   frames of A         |   0    |   1    |   2    |
 *   frames of B                           |   3    |   4    |   5    |
 *   whole               only 1 and 4: all their keys count
 *
 * In: base runs whose ranges do not overlap. Out: their stored frames, each with the range in which its keys count.
 * Always holds: a frame ends where the next one begins, even if that is in another run; each frame is fetched once.
 */
import type { ObjectStore } from '../../storage/object-store.ts';
import { type KeyPosition, type FrameEntry, findFrames, readIndex } from '../format/frame-index.ts';
import { fromHex, type HashRange, formatHash, parseHash } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import { fetchFrames, type StoredFrame } from '../read/read-frames.ts';
import { selectRuns } from '../read/runs.ts';

/** A frame of the base that is folded. */
export interface BaseFrame extends StoredFrame {
  /** Only keys in this range count: the others belong to other folds. */
  readonly range: HashRange;
  /** True if the index alone shows that all keys of the frame lie in the range. */
  readonly whole: boolean;
  /**
   * Where the next frame begins, even if it belongs to another run: later changes do not fall into this frame. Undefined
   * for the last frame.
   */
  readonly next: KeyPosition | undefined;
}

/** The part of a base run that a fold reads. */
interface Part {
  readonly run: RunRef;
  readonly range: HashRange;
  readonly frames: readonly FrameEntry[];
  /** The run's next frame after the last of `frames`, if there is one. */
  readonly after: FrameEntry | undefined;
}

/** Reads the frames of the base of a range, as drawn above. Fetches up to `readAhead` bytes at once. */
export async function* readBase(
  store: ObjectStore,
  bases: readonly RunRef[],
  range: HashRange,
  readAhead: number,
): AsyncGenerator<BaseFrame> {
  const parts = await Promise.all(selectRuns(bases, range).map((run) => openPart(store, run)));
  const present = parts.filter(({ frames }) => frames.length > 0).sort(compareParts);
  for (const [i, part] of present.entries()) {
    const { run, range, frames, after } = part;
    let place = 0;
    for await (const stored of fetchFrames(store, run.key, frames, readAhead)) {
      const following = frames[++place];
      yield {
        ...stored,
        range,
        whole: isWhole(part, stored.entry, following ?? after),
        next: following ?? findStart(present[i + 1]),
      };
    }
  }
}

async function openPart(store: ObjectStore, run: RunRef): Promise<Part> {
  const range = fromHex(run.range);
  const all = await readIndex(store, run);
  const frames = findFrames(all, range);
  const last = frames.at(-1);
  return { run, range, frames, after: last && all[all.indexOf(last) + 1] };
}

/**
 * Returns whether all keys of a frame lie in the part's range. A frame's keys come before the first key of the next frame;
 * those of the last frame lie in the range for which the run was written.
 */
function isWhole({ run, range }: Part, entry: FrameEntry, next: FrameEntry | undefined): boolean {
  if (entry.hash < formatHash(range.from)) return false;
  return next === undefined ? fromHex(run.written).to <= range.to : parseHash(next.hash) < range.to;
}

/** Finds where the keys of a part begin. Its first frame may begin with keys outside the range. */
function findStart(part: Part | undefined): KeyPosition | undefined {
  const first = part?.frames[0];
  if (part === undefined || first === undefined) return undefined;
  const from = formatHash(part.range.from);
  return first.hash < from ? { hash: from, key: '' } : first;
}

function compareParts(a: Part, b: Part): number {
  return a.range.from < b.range.from ? -1 : 1;
}
