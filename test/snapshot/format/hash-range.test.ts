import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  splitHashSpace,
  fromHex,
  type HashRange,
  formatHash,
  intersect,
  chooseRangeCount,
  findRangeNumber,
  toHex,
  wholeRange,
} from '../../../lambda/snapshot/format/hash-range.ts';

const end = 1n << 64n;
const anyHash = fc.oneof(fc.bigInt(0n, end - 1n), fc.constantFrom(0n, 1n, end / 2n - 1n, end / 2n, end - 1n));
const anyCount = fc.nat(14).map((power) => 2 ** power);
const anyBoundary = fc.oneof(anyHash, fc.constant(end));
const anyRange: fc.Arbitrary<HashRange> = fc
  .uniqueArray(anyBoundary, { minLength: 2, maxLength: 2 })
  .map(([a = 0n, b = 0n]) => (a < b ? { from: a, to: b } : { from: b, to: a }));

describe('equal ranges', () => {
  it('cover the hash space from 0 to 2^64 in order, and are equally wide', () => {
    fc.assert(
      fc.property(anyCount, (count) => {
        const ranges = splitHashSpace(count);
        expect(ranges.map(({ from }) => from)).toEqual([0n, ...ranges.slice(0, -1).map(({ to }) => to)]);
        expect(ranges.at(-1)?.to).toBe(end);
        expect(new Set(ranges.map(({ from, to }) => to - from))).toEqual(new Set([end / BigInt(count)]));
      }),
      { numRuns: 15 },
    );
  });

  it('hold a hash only in the range whose number findRangeNumber returns', () => {
    fc.assert(
      fc.property(anyHash, fc.nat(8), (hash, power) => {
        const holding = splitHashSpace(2 ** power).flatMap((range, i) => (contains(range, hash) ? [i] : []));
        expect(holding).toEqual([findRangeNumber(hash, 2 ** power)]);
      }),
    );
  });

  it('are numbered by the highest bits of a hash, so doubling their count splits each in two', () => {
    fc.assert(
      fc.property(anyHash, fc.nat(14), (hash, power) => {
        expect(findRangeNumber(hash, 2 ** power)).toBe(Number(hash >> BigInt(64 - power)));
        expect(findRangeNumber(hash, 2 ** (power + 1)) >> 1).toBe(findRangeNumber(hash, 2 ** power));
      }),
    );
  });

  it.each([
    [0, 100, 64, 1],
    [100, 100, 64, 1],
    [101, 100, 64, 2],
    [300, 100, 64, 4],
    [100_000, 100, 64, 64],
    [100_000, 100, 1, 1],
  ])(
    'are chosen by chooseRangeCount for %i bytes in ranges of %i, at most %i of them: %i',
    (total, target, max, count) => {
      expect(chooseRangeCount(total, target, max)).toBe(count);
    },
  );
});

describe('the common part of two ranges', () => {
  it('contains the hashes that are in both, and is undefined if there are none', () => {
    fc.assert(
      fc.property(anyRange, anyRange, anyHash, (a, b, hash) => {
        const common = intersect(a, b);
        for (const at of [hash, a.from, b.from, a.to - 1n, b.to - 1n]) {
          expect(common !== undefined && contains(common, at)).toBe(contains(a, at) && contains(b, at));
        }
      }),
    );
  });

  it('is undefined for ranges that only touch', () => {
    expect(intersect({ from: 0n, to: 5n }, { from: 5n, to: 9n })).toBeUndefined();
  });
});

describe('a hash range in hex', () => {
  it('has numbers of 16 digits, 17 for the end of the hash space, and is read back unchanged', () => {
    fc.assert(
      fc.property(anyRange, (range) => {
        const hex = toHex(range);
        expect(hex.from).toMatch(/^[0-9a-f]{16}$/);
        expect(hex.to).toMatch(/^([0-9a-f]{16}|10000000000000000)$/);
        expect(fromHex(hex)).toEqual(range);
      }),
    );
    expect(toHex(wholeRange)).toEqual({ from: '0000000000000000', to: '10000000000000000' });
  });

  it('has the same order as text as the hashes have as numbers', () => {
    fc.assert(
      fc.property(anyHash, anyHash, (a, b) => {
        expect(formatHash(a) < formatHash(b)).toBe(a < b);
      }),
    );
  });
});
