import type { ObjectStore } from '../../storage/object-store.ts';
import { checkFrame, corruptError, decompressFrame, nameObject } from '../format/frame.ts';
import {
  type FrameEntry,
  findFrames,
  type IndexedFile,
  readIndex,
  readStored,
} from '../format/frame-index.ts';
import type { HashRange } from '../format/hash-range.ts';
import { defaultLimits } from '../format/limits.ts';

/** A compressed frame, as it is stored. */
export interface StoredFrame {
  /** The key of the file in the store. */
  readonly file: string;
  readonly entry: FrameEntry;
  readonly compressed: Buffer;
}

/** Checks a stored frame's checksum and decompresses it. Throws `SnapshotCorrupt` with the file's key in the message. */
export function openFrame({ file, entry, compressed }: StoredFrame): Buffer {
  const what = `${file} at ${entry.offset}`;
  try {
    const frame = decompressFrame(compressed, entry.sha256, what, entry.rawLength);
    if (frame.length !== entry.rawLength) throw corruptError(`${what}: wrong length`);
    return frame;
  } catch (error) {
    throw nameObject(error, file);
  }
}

/** Throws `SnapshotCorrupt`, with the file's key in the message, if a stored frame does not have the checksum in the index. */
export function checkStoredFrame({ file, entry, compressed }: StoredFrame): void {
  try {
    checkFrame(compressed, entry.sha256, `${file} at ${entry.offset}`);
  } catch (error) {
    throw nameObject(error, file);
  }
}

/** Reads the frames of a file that may hold entries of the range, decompressed and in order. Checks every checksum. */
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
 * Fetches frames of a file as they are stored, in order, without checking them. One request fetches neighbouring frames
 * of up to `readAhead` bytes together, and while the caller works on them, the next request is already running.
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
    // If the next request fails, the caller gets the error in its turn, not as an unhandled rejection.
    next?.catch(() => {});
    yield* frames;
  }
}

/** Groups neighbouring frames for one ranged read each, of at most `maxBytes` unless a single frame is larger. */
function groupNeighbours(entries: readonly FrameEntry[], maxBytes: number): FrameEntry[][] {
  const groups: FrameEntry[][] = [];
  let bytes = 0;
  let end = -1;
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group === undefined || entry.offset !== end || bytes + entry.length > maxBytes) {
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
