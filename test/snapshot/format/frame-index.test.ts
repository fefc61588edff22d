import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Keyed, compareKeyed } from '../../../lambda/snapshot/format/change.ts';
import {
  comesBefore,
  type FrameEntry,
  findFrameNumber,
  findFrames,
} from '../../../lambda/snapshot/format/frame-index.ts';
import { contains, formatHash } from '../../../lambda/snapshot/format/hash-range.ts';
import { sortKeyed } from '../../support/snapshot/support.ts';

const end = 1n << 64n;

/** Few hashes, some at the ends of the hash space, and keys whose order by UTF-16 differs from that of their bytes. */
const anyHash = fc.oneof(fc.bigInt(0n, 8n), fc.bigInt(end - 3n, end - 1n));
const anyKey = fc.constantFrom('', 'a', 'b', 'é', '\u{ffff}', '\u{10000}', '\u{10ffff}');
const anyKeyed = fc.record({ hash: anyHash, key: anyKey.map((key) => Buffer.from(key)) });
const anyFrames = fc
  .uniqueArray(anyKeyed, { selector: ({ hash, key }) => `${hash}/${String(key)}`, maxLength: 40 })
  .chain((keys) =>
    fc
      .array(fc.integer({ min: 1, max: 4 }), { minLength: keys.length, maxLength: keys.length })
      .map((sizes) => splitIntoFrames(sortKeyed(keys), sizes)),
  );

function splitIntoFrames(keys: readonly Keyed[], sizes: readonly number[]): Keyed[][] {
  const frames: Keyed[][] = [];
  for (let at = 0; at < keys.length;) {
    const size = sizes[frames.length] ?? 1;
    frames.push(keys.slice(at, at + size));
    at += size;
  }
  return frames;
}

function entry([first]: readonly Keyed[], offset: number): FrameEntry {
  return {
    hash: formatHash(first?.hash ?? 0n),
    key: String(first?.key),
    offset,
    length: 1,
    rawLength: 1,
    count: 1,
    sha256: '',
  };
}

describe('findFrames', () => {
  it('finds neighbouring frames with all keys of the range, of which only the first and the last may hold none', () => {
    fc.assert(
      fc.property(anyFrames, anyHash, fc.oneof(anyHash, fc.constant(end)), (frames, a, b) => {
        const range = a < b ? { from: a, to: b } : { from: b, to: a + 1n };
        const found = findFrames(frames.map(entry), range).map(({ offset }) => offset);
        expect(found).toEqual(found.map((_, i) => (found[0] ?? 0) + i));
        const meets = (i: number) => frames[i]?.some(({ hash }) => contains(range, hash)) === true;
        expect(found).toEqual(expect.arrayContaining([...frames.keys()].filter(meets)));
        expect(found.slice(1, -1).every(meets)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('findFrameNumber', () => {
  it('finds the frame that holds the key or, if none does, the frame where the key would be', () => {
    fc.assert(
      fc.property(anyFrames, anyKeyed, (frames, keyed) => {
        const beginsBefore = ([first]: readonly Keyed[]) =>
          first !== undefined && compareKeyed(first, keyed) <= 0;
        expect(findFrameNumber(frames.map(entry), keyed)).toBe(frames.filter(beginsBefore).length - 1);
        for (const [i, keys] of frames.entries()) {
          for (const key of keys) expect(findFrameNumber(frames.map(entry), key)).toBe(i);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

it('comesBefore compares a key and a position in the order of runs', () => {
  fc.assert(
    fc.property(anyKeyed, anyKeyed, (a, b) => {
      const line = { hash: formatHash(b.hash), key: String(b.key) };
      expect(comesBefore(a, line)).toBe(compareKeyed(a, b) < 0);
    }),
    { numRuns: 1000 },
  );
});
