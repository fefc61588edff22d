import type { ObjectStore } from '../../storage/object-store.ts';
import { checkFrame, corruptError, decompressFrame } from '../format/frame.ts';
import {
  type FrameEntry,
  findFrames,
  type IndexedFile,
  readIndex,
  readStored,
} from '../format/frame-index.ts';
import type { HashRange } from '../format/hash-range.ts';
import { defaultLimits } from '../format/limits.ts';

/** A frame as it is stored. */
export interface StoredFrame {
  readonly file: string;
  readonly entry: FrameEntry;
  readonly compressed: Buffer;
}

/** The content of a stored frame; its checksum is checked first. Throws `SnapshotCorrupt` naming the file. */
export function openFrame({ file, entry, compressed }: StoredFrame): Buffer {
  const what = `${file} at ${entry.offset}`;
  const frame = decompressFrame(compressed, entry.sha256, what, entry.rawLength);
  if (frame.length !== entry.rawLength) throw corruptError(`${what}: wrong length`);
  return frame;
}

/** Throws `SnapshotCorrupt` naming the file if the stored bytes are not those of the index. */
export function checkStoredFrame({ file, entry, compressed }: StoredFrame): void {
  checkFrame(compressed, entry.sha256, `${file} at ${entry.offset}`);
}

/** The decompressed frames of a file that may hold entries of the range, in order; every checksum is checked. */
export async function* readFrames(
  store: ObjectStore,
  file: IndexedFile,
  range: HashRange,
  readAhead?: number,
): AsyncGenerator<Buffer> {
  const entries = findFrames(await readIndex(store, file), range);
  for await (const frame of fetchFrames(store, file.key, entries, readAhead)) yield openFrame(frame);
}

/**
 * Frames of a file as they are stored, in order, not yet checked. Neighbours are fetched several at a time, up to
 * `readAhead` bytes, the next group while this one is worked on.
 */
export async function* fetchFrames(
  store: ObjectStore,
  file: string,
  entries: readonly FrameEntry[],
  readAhead: number = defaultLimits.maxReadBytes,
): AsyncGenerator<StoredFrame> {
  const groups = groupNeighbours(entries, readAhead);
  let next = groups[0] && fetchGroup(store, file, groups[0]);
  for (let i = 0; next !== undefined; i++) {
    const frames: StoredFrame[] = await next;
    const following = groups[i + 1];
    next = following && fetchGroup(store, file, following);
    // A failed look-ahead is reported when its turn comes, not as an unhandled rejection.
    next?.catch(() => {});
    yield* frames;
  }
}

/** Neighbouring frames, gathered up to the size of one ranged read. */
function groupNeighbours(entries: readonly FrameEntry[], most: number): FrameEntry[][] {
  const groups: FrameEntry[][] = [];
  let bytes = 0;
  let end = -1;
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group === undefined || entry.offset !== end || bytes + entry.length > most) {
      groups.push([entry]);
      bytes = entry.length;
    } else {
      group.push(entry);
      bytes += entry.length;
    }
    end = entry.offset + entry.length;
  }
  return groups;
}

async function fetchGroup(
  store: ObjectStore,
  file: string,
  group: readonly FrameEntry[],
): Promise<StoredFrame[]> {
  const start = group[0]?.offset ?? 0;
  const length = group.reduce((sum, entry) => sum + entry.length, 0);
  const bytes = await readStored(store, file, start, length);
  return group.map((entry) => ({
    file,
    entry,
    compressed: Buffer.from(bytes.buffer, bytes.byteOffset + entry.offset - start, entry.length),
  }));
}
