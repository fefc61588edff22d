import { TidemarkError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { compareKeyed, type Keyed } from './change.ts';
import { FrameBytes } from './frame-bytes.ts';
import { compressFrame, corruptError, sha256Hex } from './frame.ts';
import { encodeIndex, type FrameContent, type FrameEntry, type IndexPlace } from './frame-index.ts';
import { formatHash } from './hash-range.ts';
import { defaultLimits } from './limits.ts';

/** What is known of a finished file. */
export interface FrameFile {
  readonly bytes: number;
  readonly rawBytes: number;
  readonly records: number;
  readonly index: IndexPlace;
}

/** Lines that become one frame. It is good until the next one is asked for. */
export interface RawFrame {
  /** The first line's place in the order. */
  readonly first: Keyed;
  readonly lines: Buffer;
  /** Lines. */
  readonly count: number;
  readonly content?: FrameContent;
}

/** A frame of another file, taken over byte for byte. */
export interface CopiedFrame {
  readonly entry: FrameEntry;
  readonly compressed: Buffer;
}

/** Stores frames as a file under a key that must be free. */
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
 * Frames as the bytes of a file: zstd frames, then the index (docs/format.md, section 3). Memory in use is one frame.
 * `done` is called once, at the end.
 */
async function* encodeFrames(
  frames: AsyncIterable<RawFrame | CopiedFrame>,
  level: number | undefined,
  done: (file: FrameFile) => void,
): AsyncGenerator<Buffer> {
  const entries: FrameEntry[] = [];
  let offset = 0;
  for await (const frame of frames) {
    const { entry, compressed } = 'compressed' in frame ? frame : compress(frame, level);
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

function compress({ first, lines, ...rest }: RawFrame, level: number | undefined): CopiedFrame {
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

/** Sorted entries, each of the pieces that `encode` gives, in frames of `frameBytes`. Throws `SnapshotCorrupt` if out of order. */
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
