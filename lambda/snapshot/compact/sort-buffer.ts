/*
 * Sort: puts the changes that fit in memory into the order of a run, with one net change for each key.
 *
 *   add     records      | r0   | r1   | r2   | r3   |        encoded, one after another, in one buffer
 *           sort keys      h0|0   h1|1   h2|2   h3|3          the top 44 bits of the key's hash, then the record's number
 *   drain   sorted         h2|2   h0|0   h3|3   h1|1          plain 64-bit numbers: no object is touched
 *           written        r2  r0+r3  r1                      h0 = h3: decoded, sorted by hash and key, combined for a key
 *
 * In: changes in any order, any number for a key. Out: frames of records in the order of a run, one for a key. Always
 * holds: memory is bounded by the capacity, unless a single change is larger. Changes stay encoded because the garbage
 * collection of hundreds of thousands of small objects would cost more than all other work on them.
 */
import { compareKeyed } from '../format/change.ts';
import { FrameBytes } from '../format/frame-bytes.ts';
import type { RawFrame } from '../format/frame-file.ts';
import { combineChanges, type NetChange } from './net-change.ts';
import {
  decodeNetChanges,
  measureRecord,
  encodeNetChange,
  decodeFirstNetChange,
  writeNetChange,
} from './spill-record.ts';

/** The lowest bits of a sort key are the record's number, the others the highest bits of the hash. */
const numberBits = 20n;
const maxChanges = 1 << Number(numberBits);

/** The shortest record: its lengths, hash and flags. */
const minRecordBytes = 16;

const numberMask = BigInt(maxChanges - 1);

/** The content of a drained buffer. */
export interface SortedChanges {
  /** In order, one change for each key. Each frame is valid only until the next one is requested. */
  readonly frames: AsyncGenerator<RawFrame>;
  /** The total size of the changes as lines of a delta run. It is complete once all frames have been read. */
  readonly lineBytes: number;
}

/** Collects changes and sorts them, as drawn above. */
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

  /** Copies a change in and returns true, or returns false if there is no room. An empty buffer has room for any change. */
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

  /** Sorts the changes into frames. The buffer can be filled again once the last frame has been read. */
  drain(frameBytes: number): SortedChanges {
    const sorted = {
      lineBytes: 0,
      frames: this.#sortIntoFrames(frameBytes, (bytes) => (sorted.lineBytes += bytes)),
    };
    return sorted;
  }

  async *#sortIntoFrames(frameBytes: number, addBytes: (bytes: number) => void): AsyncGenerator<RawFrame> {
    const sortKeys = this.#sortKeys.subarray(0, this.#count).sort();
    const lines = new FrameBytes(frameBytes);
    let count = 0;
    for (let i = 0; i < sortKeys.length;) {
      let end = i + 1;
      while (end < sortKeys.length && haveSameTopBits(sortKeys[i], sortKeys[end])) end++;
      const records =
        end - i > 1 ? this.#combine(sortKeys.subarray(i, end), addBytes) : this.#take(sortKeys[i], addBytes);
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

  #take(sortKey = 0n, addBytes: (bytes: number) => void): Buffer[] {
    addBytes(this.#lineLengths[Number(sortKey & numberMask)] ?? 0);
    return [this.#sliceRecord(sortKey)];
  }

  /** Combines the changes of each key among records whose sort keys have the same bits of the hash. */
  #combine(sortKeys: BigUint64Array, addBytes: (bytes: number) => void): Buffer[] {
    const records = Array.from(sortKeys, (sortKey) => this.#sliceRecord(sortKey));
    const combined: NetChange[] = [];
    for (const change of records.flatMap(decodeNetChanges).sort(compareKeyed)) {
      const last = combined.at(-1);
      if (last !== undefined && compareKeyed(last, change) === 0) {
        combined[combined.length - 1] = combineChanges(last, change);
      } else {
        combined.push(change);
      }
    }
    for (const change of combined) addBytes(measureLine(change));
    return combined.map(encodeNetChange);
  }

  #sliceRecord(sortKey: bigint): Buffer {
    const number = Number(sortKey & numberMask);
    return this.#bytes.subarray(this.#starts[number], this.#starts[number + 1]);
  }
}

function toFrame(lines: Buffer, count: number): RawFrame {
  return { first: decodeFirstNetChange(lines), lines, count };
}

function haveSameTopBits(a = 0n, b = 0n): boolean {
  return a >> numberBits === b >> numberBits;
}

/** Computes the length of a change's line in a delta run. */
function measureLine({ key, image }: NetChange): number {
  return (
    '{"Keys":{}}\n'.length + key.length + (image === undefined ? 0 : ',"NewImage":'.length + image.length)
  );
}
