import type { ObjectStore } from '../../storage/object-store.ts';
import { isError } from '../../runtime/errors.ts';
import { compareText } from '../../item/text-order.ts';
import type { Keyed } from './change.ts';
import { compressFrame, corruptError, decompressJson, sha256Hex } from './frame.ts';
import { type HashRange, formatHash } from './hash-range.ts';

/** Where a file's index lies and what its bytes must hash to; kept by whoever refers to the file. */
export interface IndexPlace {
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
}

/** A file as it is referred to. */
export interface IndexedFile {
  readonly key: string;
  readonly index: IndexPlace;
}

/** What the items of a frame of a base run come to; their number is the frame's `count`. */
export interface FrameContent {
  /** DynamoDB's item sizes. */
  readonly bytes: number;
  /** 32 hex digits (docs/format.md, section 4). */
  readonly digest: string;
}

/** A line's place in the order: its hash as 16 hex digits, and its canonical key. */
export interface KeyPosition {
  readonly hash: string;
  readonly key: string;
}

/** What the index says of one frame, first of all its first line: docs/format.md, section 3. */
export interface FrameEntry extends KeyPosition {
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
  /** Lines. */
  readonly count: number;
  readonly sha256: string;
  /** In base runs. */
  readonly content?: FrameContent;
}

const skippableMagic = 0x184d2a50;
const footerText = 'TIDEMRK1';
const headerBytes = 8;
const footerBytes = 4 + footerText.length;

/** The bytes that end a file whose frames take the first `offset` bytes. */
export function encodeIndex(
  frames: readonly FrameEntry[],
  offset: number,
): { bytes: Buffer; index: IndexPlace } {
  const index = compressFrame(Buffer.from(JSON.stringify({ version: 1, frames })));
  const { header, footer } = encodeEnvelope(index.length);
  const place = { offset: offset + headerBytes, length: index.length, sha256: sha256Hex(index) };
  return { bytes: Buffer.concat([header, index, footer]), index: place };
}

/** What stands before and behind an index of `length` bytes. */
export function encodeEnvelope(length: number): { header: Buffer; footer: Buffer } {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(skippableMagic, 0);
  header.writeUInt32LE(length + footerBytes, 4);
  const footer = Buffer.alloc(footerBytes);
  footer.writeUInt32LE(length, 0);
  footer.write(footerText, 4, 'latin1');
  return { header, footer };
}

/** The file's frames, in order. Throws `SnapshotCorrupt` naming the file. */
export async function readIndex(store: ObjectStore, file: IndexedFile): Promise<readonly FrameEntry[]> {
  const { offset, length, sha256 } = file.index;
  const bytes = await readStored(store, file.key, offset, length);
  const json = decompressJson(bytes, sha256, `${file.key}: index`);
  const index = json as { version: number; frames: FrameEntry[] } | null;
  if (index?.version !== 1 || !Array.isArray(index.frames))
    throw corruptError(`${file.key}: index of unknown form`);
  return index.frames;
}

/** Bytes of a file that is referred to. Throws `SnapshotCorrupt` also where it is missing. */
export async function readStored(
  store: ObjectStore,
  key: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  return store.getRange(key, offset, length).catch((cause: unknown) => {
    throw isError(cause, 'ObjectNotFound') ? corruptError(`${key}: missing`, cause) : cause;
  });
}

/** The frames that may hold entries of the range; the first and the last of them may hold others too. */
export function findFrames(entries: readonly FrameEntry[], range: HashRange): readonly FrameEntry[] {
  const from = formatHash(range.from);
  const to = formatHash(range.to);
  // A frame's entries end where the next one's begin, so the last that begins before `from` may reach into the range.
  const before = countWhile(entries, (entry) => isBelow(entry.hash, from));
  return entries.slice(
    Math.max(0, before - 1),
    countWhile(entries, (entry) => isBelow(entry.hash, to)),
  );
}

/** The place of the frame that holds the key, if the file holds it: the last that begins with it or before; or -1. */
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

/** Whether the key comes before the line. */
export function comesBefore(keyed: Keyed, line: KeyPosition): boolean {
  const hash = formatHash(keyed.hash);
  return hash === line.hash ? compareText(keyed.key.toString(), line.key) < 0 : hash < line.hash;
}

/** How many entries from the start satisfy what all from some place on do not: by halving. */
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

/** Hashes have 16 digits; only the end of the hash space, above them all, has 17. */
function isBelow(hash: string, bound: string): boolean {
  return hash.length < bound.length || hash < bound;
}
