import type { ObjectStore } from '../storage/object-store.ts';
import { compareKeyed, type Keyed } from './change.ts';
import { compressFrame, corrupt, decompressFrame, decompressJson, sha256Hex } from './frame.ts';
import { contains, type HashRange, hexHash } from './hash-range.ts';
import { defaultLimits } from './limits.ts';

/** Where a file's index lies and what its bytes must hash to; kept by whoever refers to the file. */
export interface IndexPlace {
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/** What is known of a finished file. */
export interface FrameFile {
  readonly bytes: number;
  readonly rawBytes: number;
  readonly records: number;
  readonly index: IndexPlace;
}

interface FrameEntry {
  readonly hash: string;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
  readonly count: number;
  readonly sha256: string;
}

const skippableMagic = 0x184d2a50;
const headerBytes = 8;
const footerText = 'TIDEMRK1';
const footerBytes = 4 + footerText.length;

/**
 * Sorted entries as the bytes of a frame file: zstd frames, then the index (docs/format.md, section 3). Memory in
 * use is two frames. `done` is called once, at the end; entries out of order throw `SnapshotCorrupt`.
 */
export async function* encodeFrameFile<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
  encode: (entry: T) => Buffer,
  done: (file: FrameFile) => void,
  frameBytes: number = defaultLimits.frameBytes,
): AsyncGenerator<Buffer> {
  const entries: FrameEntry[] = [];
  let offset = 0;
  let pending: Promise<PackedFrame> | undefined;
  const finish = async (frame: Promise<PackedFrame>): Promise<Buffer> => {
    const { compressed, ...entry } = await frame;
    entries.push({ ...entry, offset, length: compressed.length, sha256: sha256Hex(compressed) });
    offset += compressed.length;
    return compressed;
  };
  for await (const frame of frames(batches, encode, frameBytes)) {
    // zlib compresses on its own thread: the next frame is gathered meanwhile.
    const packed = pack(frame);
    if (pending !== undefined) yield await finish(pending);
    pending = packed;
  }
  if (pending !== undefined) yield await finish(pending);
  const { bytes, index } = await encodeIndex(entries, offset);
  yield bytes;
  done({
    bytes: offset + bytes.length,
    rawBytes: total(entries, (entry) => entry.rawLength),
    records: total(entries, (entry) => entry.count),
    index,
  });
}

interface RawFrame {
  readonly first: Keyed;
  readonly lines: Buffer[];
  rawLength: number;
}

interface PackedFrame extends Pick<FrameEntry, 'hash' | 'key' | 'rawLength' | 'count'> {
  readonly compressed: Buffer;
}

async function* frames<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
  encode: (entry: T) => Buffer,
  frameBytes: number,
): AsyncGenerator<RawFrame> {
  let frame: RawFrame | undefined;
  let last: Keyed | undefined;
  for await (const batch of batches) {
    for (const entry of batch) {
      if (last !== undefined && compareKeyed(last, entry) >= 0)
        throw corrupt('entries of a run are out of order');
      last = entry;
      const line = encode(entry);
      frame ??= { first: entry, lines: [], rawLength: 0 };
      frame.lines.push(line);
      frame.rawLength += line.length;
      if (frame.rawLength >= frameBytes) {
        yield frame;
        frame = undefined;
      }
    }
  }
  if (frame !== undefined) yield frame;
}

async function pack({ first, lines, rawLength }: RawFrame): Promise<PackedFrame> {
  const compressed = await compressFrame(Buffer.concat(lines, rawLength));
  return { hash: hexHash(first.hash), key: first.key.toString(), rawLength, count: lines.length, compressed };
}

async function encodeIndex(
  frames: FrameEntry[],
  offset: number,
): Promise<{ bytes: Buffer; index: IndexPlace }> {
  const index = await compressFrame(Buffer.from(JSON.stringify({ version: 1, frames })));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(skippableMagic, 0);
  header.writeUInt32LE(index.length + footerBytes, 4);
  const footer = Buffer.alloc(footerBytes);
  footer.writeUInt32LE(index.length, 0);
  footer.write(footerText, 4, 'latin1');
  const place = { offset: offset + headerBytes, length: index.length, sha256: sha256Hex(index) };
  return { bytes: Buffer.concat([header, index, footer]), index: place };
}

/**
 * The decompressed frames of a file that may hold entries of the range, in order; every checksum is checked first.
 * Frames are fetched several at a time, up to `readAhead` bytes, the next group while this one is worked on.
 * Throws `SnapshotCorrupt` naming the file.
 */
export async function* readFrames(
  store: ObjectStore,
  file: { readonly key: string; readonly index: IndexPlace },
  range: HashRange,
  readAhead: number = defaultLimits.readBytes,
): AsyncGenerator<Buffer> {
  const entries = inRange(await readIndex(store, file), range);
  const groups = grouped(entries, readAhead);
  let next = groups.length > 0 ? fetchGroup(store, file.key, groups[0] ?? []) : undefined;
  for (let i = 0; next !== undefined; i++) {
    const group = groups[i] ?? [];
    const bytes: Buffer = await next;
    const following = groups[i + 1];
    next = following && fetchGroup(store, file.key, following);
    // A failed look-ahead is reported when its turn comes, not as an unhandled rejection.
    next?.catch(() => {});
    const start = group[0]?.offset ?? 0;
    for (const entry of group) {
      const compressed = bytes.subarray(entry.offset - start, entry.offset - start + entry.length);
      const frame = await decompressFrame(compressed, entry.sha256, `${file.key} at ${entry.offset}`);
      if (frame.length !== entry.rawLength) throw corrupt(`${file.key} at ${entry.offset}: wrong length`);
      yield frame;
    }
  }
}

async function readIndex(
  store: ObjectStore,
  file: { readonly key: string; readonly index: IndexPlace },
): Promise<readonly FrameEntry[]> {
  const { offset, length, sha256 } = file.index;
  const bytes = await store.getRange(file.key, offset, length);
  const json = await decompressJson(bytes, sha256, `${file.key}: index`);
  const index = json as { version: number; frames: FrameEntry[] } | null;
  if (index?.version !== 1) throw corrupt(`${file.key}: index of unknown version`);
  return index.frames;
}

/** A frame's entries end where the next frame's begin, so the last one at or before `from` may reach into the range. */
function inRange(entries: readonly FrameEntry[], range: HashRange): FrameEntry[] {
  return entries.filter((entry, i) => {
    const first = BigInt(`0x${entry.hash}`);
    const next = entries[i + 1];
    return (
      contains(range, first) ||
      (first < range.from && (next === undefined || BigInt(`0x${next.hash}`) >= range.from))
    );
  });
}

/** Neighbouring frames, gathered up to the size of one ranged read. */
function grouped(entries: readonly FrameEntry[], most: number): FrameEntry[][] {
  const groups: FrameEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const group = groups.at(-1);
    if (group === undefined || bytes + entry.length > most) {
      groups.push([entry]);
      bytes = entry.length;
    } else {
      group.push(entry);
      bytes += entry.length;
    }
  }
  return groups;
}

async function fetchGroup(store: ObjectStore, key: string, group: readonly FrameEntry[]): Promise<Buffer> {
  const start = group[0]?.offset ?? 0;
  const bytes = await store.getRange(
    key,
    start,
    total(group, (entry) => entry.length),
  );
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function total<T>(values: readonly T[], measure: (value: T) => number): number {
  return values.reduce((sum, value) => sum + measure(value), 0);
}
