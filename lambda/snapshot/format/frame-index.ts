import type { ObjectStore } from '../../storage/object-store.ts';
import { isError } from '../../runtime/errors.ts';
import { compareText } from '../../item/text-order.ts';
import type { Keyed } from './change.ts';
import {
  compressFrame,
  corruptError,
  decompressJson,
  maxFrameBytes,
  nameObject,
  sha256Hex,
} from './frame.ts';
import { type HashRange, formatHash } from './hash-range.ts';

/** The place of the index in a file, and the SHA-256 of its bytes. Every reference to a file holds them. */
export interface IndexPlace {
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/** A reference to a file of frames. */
export interface IndexedFile {
  readonly key: string;
  readonly index: IndexPlace;
}

/** The sums over the items in a frame of a base run. The number of items is the frame's `count`. */
export interface FrameContent {
  /** The sum of DynamoDB's item sizes. */
  readonly bytes: number;
  /** 32 hex digits (docs/format.md, section 4). */
  readonly digest: string;
}

/** A position in the order of a run: a hash as 16 hex digits, and a canonical key. */
export interface KeyPosition {
  readonly hash: string;
  readonly key: string;
}

/** The entry of one frame in the index, with the position of its first line: docs/format.md, section 3. */
export interface FrameEntry extends KeyPosition {
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
  /** The number of lines. */
  readonly count: number;
  readonly sha256: string;
  /** Only in base runs. */
  readonly content?: FrameContent;
}

const skippableMagic = 0x184d2a50;
const footerText = 'TIDEMRK1';
const headerBytes = 8;
const footerBytes = 4 + footerText.length;

/** Encodes the end of a file, from the header of its index to the footer. The frames take the first `offset` bytes. */
export function encodeIndex(
  frames: readonly FrameEntry[],
  offset: number,
): { bytes: Buffer; index: IndexPlace } {
  const index = compressFrame(Buffer.from(JSON.stringify({ version: 1, frames })));
  const { header, footer } = encodeEnvelope(index.length);
  const place = { offset: offset + headerBytes, length: index.length, sha256: sha256Hex(index) };
  return { bytes: Buffer.concat([header, index, footer]), index: place };
}

/** Encodes the bytes around an index of `length` bytes: the header of the skippable frame, and the footer. */
export function encodeEnvelope(length: number): { header: Buffer; footer: Buffer } {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(skippableMagic, 0);
  header.writeUInt32LE(length + footerBytes, 4);
  const footer = Buffer.alloc(footerBytes);
  footer.writeUInt32LE(length, 0);
  footer.write(footerText, 4, 'latin1');
  return { header, footer };
}

/** Reads the index of a file: its frames, in order. Throws `SnapshotCorrupt` with the file's key in the message. */
export async function readIndex(store: ObjectStore, file: IndexedFile): Promise<readonly FrameEntry[]> {
  const { offset, length, sha256 } = file.index;
  if (length > maxFrameBytes)
    throw nameObject(corruptError(`${file.key}: the index cannot have ${length} bytes`), file.key);
  const bytes = await readStored(store, file.key, offset, length);
  try {
    const json = decompressJson(bytes, sha256, `${file.key}: index`);
    const index = json as { version: number; frames: FrameEntry[] } | null;
    if (index?.version !== 1 || !Array.isArray(index.frames))
      throw corruptError(`${file.key}: the index has an unknown form`);
    if (!index.frames.every(hasPossibleSizes))
      throw corruptError(`${file.key}: the index has a frame of an impossible size`);
    return index.frames;
  } catch (error) {
    throw nameObject(error, file.key);
  }
}

/** False for sizes that no frame has: readers allocate memory for the sizes in an index. */
function hasPossibleSizes({ offset, length, rawLength, count }: FrameEntry): boolean {
  const isSize = (size: number, most: number) => Number.isInteger(size) && size >= 0 && size <= most;
  return (
    isSize(offset, Number.MAX_SAFE_INTEGER) &&
    isSize(length, maxFrameBytes) &&
    isSize(rawLength, maxFrameBytes) &&
    isSize(count, rawLength)
  );
}

/** Reads bytes of a referenced file. Throws `SnapshotCorrupt` if the file is missing or has fewer bytes. */
export async function readStored(
  store: ObjectStore,
  key: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  return store.getRange(key, offset, length).catch((cause: unknown) => {
    throw nameObject(isError(cause, 'ObjectNotFound') ? corruptError(`${key}: missing`, cause) : cause, key);
  });
}

/** Finds the frames that may hold entries of the range. The first and the last of them may hold other entries, too. */
export function findFrames(entries: readonly FrameEntry[], range: HashRange): readonly FrameEntry[] {
  const from = formatHash(range.from);
  const to = formatHash(range.to);
  // A frame ends at the start of the next one, so the last frame that begins before `from` may reach into the range.
  const before = countWhile(entries, (entry) => isBelow(entry.hash, from));
  return entries.slice(
    Math.max(0, before - 1),
    countWhile(entries, (entry) => isBelow(entry.hash, to)),
  );
}

/**
 * Finds the number of the only frame that can hold the key: the last frame that begins at or before the key; -1 if there is
 * none.
 */
export function findFrameNumber(entries: readonly FrameEntry[], keyed: Keyed): number {
  const hash = formatHash(keyed.hash);
  const key = keyed.key.toString();
  return (
    countWhile(
      entries,
      (entry) => entry.hash < hash || (entry.hash === hash && compareText(entry.key, key) <= 0),
    ) - 1
  );
}

/** Returns whether the key comes before the position. */
export function comesBefore(keyed: Keyed, position: KeyPosition): boolean {
  const hash = formatHash(keyed.hash);
  return hash === position.hash ? compareText(keyed.key.toString(), position.key) < 0 : hash < position.hash;
}

/** Counts the `early` entries, by binary search: all of them come before all others. */
function countWhile(entries: readonly FrameEntry[], early: (entry: FrameEntry) => boolean): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && early(entry)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Compares hex hashes as text. They have 16 digits; only the end of the hash space, above all hashes, has 17. */
function isBelow(hash: string, bound: string): boolean {
  return hash.length < bound.length || hash < bound;
}
