import type { ObjectStore } from '../../storage/object-store.ts';
import type { BaseFrame } from './fold.ts';
import { type KeyPosition, type FrameEntry, findFrames, readIndex } from '../format/frame-index.ts';
import { fromHex, type HashRange, formatHash } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';
import { fetchFrames } from '../read/read-frames.ts';
import { selectRuns } from '../read/runs.ts';

/** A base run's part in a fold. */
interface Part {
  readonly run: RunRef;
  readonly range: HashRange;
  readonly frames: readonly FrameEntry[];
  /** Where the frame behind the last of `frames` begins, if the run has one. */
  readonly behind: FrameEntry | undefined;
}

/** The frames that hold the base of a range, in order of their keys. The base runs given do not overlap. */
export async function* readBase(
  store: ObjectStore,
  bases: readonly RunRef[],
  range: HashRange,
  readAhead: number,
): AsyncGenerator<BaseFrame> {
  const parts = await Promise.all(selectRuns(bases, range).map((run) => openPart(store, run)));
  const present = parts.filter(({ frames }) => frames.length > 0).sort(compareParts);
  for (const [i, part] of present.entries()) {
    const { run, range, frames, behind } = part;
    let place = 0;
    for await (const stored of fetchFrames(store, run.key, frames, readAhead)) {
      const following = frames[++place];
      yield {
        ...stored,
        range,
        whole: isWhole(part, stored.entry, following ?? behind),
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
  return { run, range, frames, behind: last && all[all.indexOf(last) + 1] };
}

/** A frame's keys come before the next frame's first; those of the last one lie in what the run was written for. */
function isWhole({ run, range }: Part, entry: FrameEntry, next: FrameEntry | undefined): boolean {
  if (entry.hash < formatHash(range.from)) return false;
  return next === undefined ? fromHex(run.written).to <= range.to : BigInt(`0x${next.hash}`) < range.to;
}

/** Where a part's keys begin: its first frame may begin with keys that do not count. */
function findStart(part: Part | undefined): KeyPosition | undefined {
  const first = part?.frames[0];
  if (part === undefined || first === undefined) return undefined;
  const from = formatHash(part.range.from);
  return first.hash < from ? { hash: from, key: '' } : first;
}

function compareParts(a: Part, b: Part): number {
  return a.range.from < b.range.from ? -1 : 1;
}
