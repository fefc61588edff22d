import { TidemarkError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { compareKeyed, type Keyed } from './change.ts';
import { FrameBytes } from './frame-bytes.ts';
import { compressFrame, corruptError, sha256Hex } from './frame.ts';
import { encodeIndex, type FrameContent, type FrameEntry, type IndexPlace } from './frame-index.ts';
import { formatHash } from './hash-range.ts';
import { defaultLimits } from './limits.ts';

/** The sizes of a finished file, and the place of its index. */
export interface FrameFile {
  readonly bytes: number;
  readonly rawBytes: number;
  /** Lines, or records of a spill. */
  readonly records: number;
  readonly index: IndexPlace;
}

/** Lines that become one frame. Its buffers are valid only until the next frame is requested from their source. */
export interface RawFrame {
  /** The key of the first line. */
  readonly first: Keyed;
  readonly lines: Buffer;
  /** The number of lines. */
  readonly count: number;
  readonly content?: FrameContent;
}

/** A frame of another file, copied byte for byte. */
export interface CopiedFrame {
  readonly entry: FrameEntry;
  readonly compressed: Buffer;
}

/** Stores frames as a file. No object may exist under the key yet. */
export async function writeFrames(
  store: ObjectStore,
  key: string,
  frames: AsyncIterable<RawFrame | CopiedFrame>,
  level?: number,
): Promise<FrameFile> {
  let file: FrameFile | undefined;
  const bytes = encodeFrames(frames, level, (finished) => {
    file = finished;
  });
  const outcome = await store.putStream(key, bytes);
  if (file === undefined || outcome !== 'stored')
    throw new TidemarkError('Internal', `${key} was not written`);
  return file;
}

/**
 * Encodes frames as the bytes of a file: zstd frames, then the index (docs/format.md, section 3). It keeps one frame in
 * memory, and calls `done` once, after the index.
 */
async function* encodeFrames(
  frames: AsyncIterable<RawFrame | CopiedFrame>,
  level: number | undefined,
  done: (file: FrameFile) => void,
): AsyncGenerator<Buffer> {
  const entries: FrameEntry[] = [];
  let offset = 0;
  for await (const frame of frames) {
    const { entry, compressed } = 'compressed' in frame ? frame : compressRawFrame(frame, level);
    entries.push({ ...entry, offset });
    offset += compressed.length;
    yield compressed;
  }
  const { bytes, index } = encodeIndex(entries, offset);
  yield bytes;
  done({
    bytes: offset + bytes.length,
    rawBytes: entries.reduce((sum, entry) => sum + entry.rawLength, 0),
    records: entries.reduce((sum, entry) => sum + entry.count, 0),
    index,
  });
}

function compressRawFrame({ first, lines, ...rest }: RawFrame, level: number | undefined): CopiedFrame {
  const compressed = compressFrame(lines, level);
  return {
    compressed,
    entry: {
      hash: formatHash(first.hash),
      key: first.key.toString(),
      offset: 0,
      length: compressed.length,
      rawLength: lines.length,
      ...rest,
      sha256: sha256Hex(compressed),
    },
  };
}

/**
 * Packs sorted entries into frames. `encode` returns the pieces of an entry's line; the line that brings a frame to
 * `frameBytes` closes it. Throws `SnapshotCorrupt` if the entries are out of order or a key comes twice.
 */
export async function* toFrames<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
  encode: (entry: T) => readonly Buffer[],
  frameBytes: number = defaultLimits.frameBytes,
): AsyncGenerator<RawFrame> {
  const lines = new FrameBytes(frameBytes);
  let first: T | undefined;
  let count = 0;
  let last: Keyed | undefined;
  for await (const batch of batches) {
    for (const entry of batch) {
      if (last !== undefined && compareKeyed(last, entry) >= 0)
        throw corruptError('entries of a run are out of order');
      last = entry;
      first ??= entry;
      count++;
      lines.append(encode(entry));
      if (lines.length >= frameBytes) {
        yield { first, lines: lines.take(), count };
        first = undefined;
        count = 0;
      }
    }
  }
  if (first !== undefined) yield { first, lines: lines.take(), count };
}
