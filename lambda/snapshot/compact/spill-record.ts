import { corruptError } from '../format/frame.ts';
import type { NetChange, OldImage } from './net-change.ts';

// A record of a spill, with little-endian numbers: u32 length of the rest | u64 hash | u16 key length | key
// | u8 length and text of `first` | u8 length and text of `last` | u8 flags
// | if flags & 1: 16 bytes digest, u32 item size before | if flags & 2: u32 item size after, image to the end.
// flags & 4: `once`.
const oldFlag = 1;
const imageFlag = 2;
const onceFlag = 4;

/** Encodes a net change as a record of a spill. Spills only pass from one step to the next, so this form may change with the code. */
export function encodeNetChange(change: NetChange): Buffer {
  const record = Buffer.allocUnsafe(measureRecord(change));
  writeNetChange(record, 0, change);
  return record;
}

/** Computes the length of a change's record. */
export function measureRecord({ key, first, last, old, image }: NetChange): number {
  const head = 4 + 8 + 2 + key.length + 1 + first.length + 1 + last.length + 1;
  return head + (old ? 20 : 0) + (image ? 4 + image.length : 0);
}

/** Writes a change's record into `to` from `start` on. Returns where it ends. */
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

/** Decodes only the first record of a spill's frame. */
export function decodeFirstNetChange(frame: Buffer): NetChange {
  return decodeNetChange(frame.subarray(4, 4 + frame.readUInt32LE(0)));
}

/** Decodes the records of a spill's frame. Images are views of it. Throws `SnapshotCorrupt` if a record is incomplete. */
export function decodeNetChanges(frame: Buffer): NetChange[] {
  const changes: NetChange[] = [];
  try {
    for (let start = 0; start < frame.length;) {
      const end = start + 4 + frame.readUInt32LE(start);
      if (end > frame.length) throw new RangeError('a record reaches beyond the frame');
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
