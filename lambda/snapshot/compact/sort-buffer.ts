import { compareKeyed } from '../format/change.ts';
import { FrameBytes } from '../format/frame-bytes.ts';
import type { RawFrame } from '../format/frame-file.ts';
import {
  combineChanges,
  decodeNetChanges,
  measureRecord,
  encodeNetChange,
  decodeFirstNetChange,
  type NetChange,
  writeNetChange,
} from './net-change.ts';

/** A sort key holds a hash's 44 highest bits and, below them, the change's number. */
const numberBits = 20n;
const maxChanges = 1 << Number(numberBits);

/** A record has at least its lengths, hash and flags. */
const minRecordBytes = 16;

const numberMask = BigInt(maxChanges - 1);

/** What was drained, in order, one change for a key. */
export interface SortedChanges {
  readonly frames: AsyncGenerator<RawFrame>;
  /** What the changes come to as lines of a delta run; known once the frames are taken. */
  readonly lineBytes: number;
}

/**
 * Gathers changes and sorts them by hash and key. They are kept encoded in one buffer: hundreds of thousands of small
 * objects that live until they are written cost more in garbage collection than all else that is done to them.
 */
export class SortBuffer {
  #bytes: Buffer;
  #used = 0;
  #count = 0;
  readonly #starts: Uint32Array;
  readonly #lineLengths: Uint32Array;
  readonly #sortKeys: BigUint64Array;

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
    const changes = Math.min(maxChanges, Math.ceil(capacity / minRecordBytes));
    this.#starts = new Uint32Array(changes + 1);
    this.#lineLengths = new Uint32Array(changes);
    this.#sortKeys = new BigUint64Array(changes);
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Takes a change in, if there is room. There is always room for one. */
  add(change: NetChange): boolean {
    const end = this.#used + measureRecord(change);
    if (end > this.#bytes.length || this.#count === this.#sortKeys.length) {
      if (!this.isEmpty) return false;
      this.#bytes = Buffer.allocUnsafeSlow(end);
    }
    const number = this.#count++;
    this.#sortKeys[number] = ((change.hash >> numberBits) << numberBits) | BigInt(number);
    this.#lineLengths[number] = measureLine(change);
    this.#used = writeNetChange(this.#bytes, this.#used, change);
    this.#starts[number + 1] = this.#used;
    return true;
  }

  /** All changes in frames, in order, one for a key. The buffer can be filled again once the last frame is taken. */
  drain(frameBytes: number): SortedChanges {
    const sorted = { lineBytes: 0, frames: this.#frames(frameBytes, (bytes) => (sorted.lineBytes += bytes)) };
    return sorted;
  }

  async *#frames(frameBytes: number, counted: (bytes: number) => void): AsyncGenerator<RawFrame> {
    const sortKeys = this.#sortKeys.subarray(0, this.#count).sort();
    const lines = new FrameBytes(frameBytes);
    let count = 0;
    for (let i = 0; i < sortKeys.length;) {
      let end = i + 1;
      while (end < sortKeys.length && haveSameHash(sortKeys[i], sortKeys[end])) end++;
      const records =
        end - i > 1 ? this.#netted(sortKeys.subarray(i, end), counted) : this.#single(sortKeys[i], counted);
      lines.append(records);
      count += records.length;
      i = end;
      if (lines.length >= frameBytes || i === sortKeys.length) {
        yield toFrame(lines.take(), count);
        count = 0;
      }
    }
    this.#used = 0;
    this.#count = 0;
  }

  #single(sortKey = 0n, counted: (bytes: number) => void): Buffer[] {
    counted(this.#lineLengths[Number(sortKey & numberMask)] ?? 0);
    return [this.#record(sortKey)];
  }

  /** The records of several changes of one hash, as far as a sort key tells. */
  #netted(sortKeys: BigUint64Array, counted: (bytes: number) => void): Buffer[] {
    const records = Array.from(sortKeys, (sortKey) => this.#record(sortKey));
    const netted: NetChange[] = [];
    for (const change of records.flatMap(decodeNetChanges).sort(compareKeyed)) {
      const last = netted.at(-1);
      if (last !== undefined && compareKeyed(last, change) === 0) {
        netted[netted.length - 1] = combineChanges(last, change);
      } else {
        netted.push(change);
      }
    }
    for (const change of netted) counted(measureLine(change));
    return netted.map(encodeNetChange);
  }

  #record(sortKey: bigint): Buffer {
    const number = Number(sortKey & numberMask);
    return this.#bytes.subarray(this.#starts[number], this.#starts[number + 1]);
  }
}

function toFrame(lines: Buffer, count: number): RawFrame {
  return { first: decodeFirstNetChange(lines), lines, count };
}

function haveSameHash(a = 0n, b = 0n): boolean {
  return a >> numberBits === b >> numberBits;
}

/** As a line of a delta run. */
function measureLine({ key, image }: NetChange): number {
  return (
    '{"Keys":{}}\n'.length + key.length + (image === undefined ? 0 : ',"NewImage":'.length + image.length)
  );
}
