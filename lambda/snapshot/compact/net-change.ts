import { TidemarkError } from '../../runtime/errors.ts';
import type { Keyed } from '../format/change.ts';
import { corruptError } from '../format/frame.ts';

/**
 * What happened to one key, as far as one spill or one merge knows: from the image before its earliest change to the
 * image after its latest. Combining is associative and commutative, so spills may be merged in any order.
 */
export interface NetChange extends Keyed {
  /** Order of the earliest and of the latest change: decimal text, '' (an item of a scan) before all others. */
  readonly first: string;
  readonly last: string;
  /** Digest and item size of the image before; undefined: there was no such item, or (for a scan) it is not known. */
  readonly old: OldImage | undefined;
  /** The image after; undefined: deleted. */
  readonly image: Buffer | undefined;
  /** Item size of the image after. */
  readonly imageBytes: number;
  /** Of exports, each of which holds a key once: a second record of one order is a fault, not a repeat. */
  readonly once?: true;
}

export interface OldImage {
  readonly digest: Buffer;
  readonly bytes: number;
}

/** Throws `StagedDataCorrupt` if an export holds the key twice: which record counts cannot be told. */
export function combineChanges(a: NetChange, b: NetChange): NetChange {
  if (a.once === true && b.once === true && (a.first === b.first || a.last === b.last)) {
    throw new TidemarkError('StagedDataCorrupt', 'an export holds a key twice');
  }
  const older = compareOrder(a.first, b.first) <= 0 ? a : b;
  const newer = compareOrder(a.last, b.last) <= 0 ? b : a;
  return { ...newer, first: older.first, old: older.old };
}

/** Decimal numbers of any length, without leading zeros, as text. */
export function compareOrder(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

// A spill's record, numbers little-endian: u32 length of what follows | u64 hash | u16 key length | key
// | u8 length and text of `first` | u8 length and text of `last` | u8 flags
// | if flags & 1: 16 bytes digest, u32 item size before | if flags & 2: u32 item size after, image to the end.
// flags & 4: `once`.
const oldFlag = 1;
const imageFlag = 2;
const onceFlag = 4;

/** Spills are never kept: this form is between one step and the next, and may change with the code. */
export function encodeNetChange(change: NetChange): Buffer {
  const record = Buffer.allocUnsafe(measureRecord(change));
  writeNetChange(record, 0, change);
  return record;
}

/** The length of a change's record. */
export function measureRecord({ key, first, last, old, image }: NetChange): number {
  const head = 4 + 8 + 2 + key.length + 1 + first.length + 1 + last.length + 1;
  return head + (old ? 20 : 0) + (image ? 4 + image.length : 0);
}

/** Writes a change's record into `to` from `start` on; says where it ends. */
export function writeNetChange(to: Buffer, start: number, change: NetChange): number {
  const { hash, key, first, last, old, image, imageBytes, once } = change;
  let at = to.writeUInt32LE(measureRecord(change) - 4, start);
  at = to.writeBigUInt64LE(hash, at);
  at = to.writeUInt16LE(key.length, at);
  at += key.copy(to, at);
  at = to.writeUInt8(first.length, at);
  at += to.write(first, at, 'latin1');
  at = to.writeUInt8(last.length, at);
  at += to.write(last, at, 'latin1');
  at = to.writeUInt8((old ? oldFlag : 0) | (image ? imageFlag : 0) | (once ? onceFlag : 0), at);
  if (old !== undefined) {
    at += old.digest.copy(to, at);
    at = to.writeUInt32LE(old.bytes, at);
  }
  if (image !== undefined) {
    at = to.writeUInt32LE(imageBytes, at);
    at += image.copy(to, at);
  }
  return at;
}

/** The first record of a spill's frame. */
export function decodeFirstNetChange(frame: Buffer): NetChange {
  return decodeNetChange(frame.subarray(4, 4 + frame.readUInt32LE(0)));
}

/** The records of a spill's frame; images are views of it. Throws `SnapshotCorrupt` if they are not whole. */
export function decodeNetChanges(frame: Buffer): NetChange[] {
  const changes: NetChange[] = [];
  try {
    for (let start = 0; start < frame.length;) {
      const end = start + 4 + frame.readUInt32LE(start);
      if (end > frame.length) throw new RangeError('a length points behind the frame');
      changes.push(decodeNetChange(frame.subarray(start + 4, end)));
      start = end;
    }
  } catch (cause) {
    throw corruptError('a spill ends within a record', cause);
  }
  return changes;
}

function decodeNetChange(record: Buffer): NetChange {
  const hash = record.readBigUInt64LE(0);
  let at = 10 + record.readUInt16LE(8);
  const key = record.subarray(10, at);
  const text = (): string => {
    const length = record.readUInt8(at);
    at += 1 + length;
    return record.toString('latin1', at - length, at);
  };
  const first = text();
  const last = text();
  const flags = record.readUInt8(at);
  at += 1;
  let old: OldImage | undefined;
  if ((flags & oldFlag) !== 0) {
    old = { digest: record.subarray(at, at + 16), bytes: record.readUInt32LE(at + 16) };
    at += 20;
  }
  const hasNew = (flags & imageFlag) !== 0;
  const imageBytes = hasNew ? record.readUInt32LE(at) : 0;
  const image = hasNew ? record.subarray(at + 4) : undefined;
  const change = { hash, key, first, last, old, image, imageBytes };
  return (flags & onceFlag) === 0 ? change : { ...change, once: true };
}
