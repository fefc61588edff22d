import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import * as keyHash from '../../lambda/item/key-hash.ts';
import { Budget } from '../../lambda/jobs/budget.ts';
import { collectPage } from '../../lambda/operations/compare-backups.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { compareKeyed, startOfHash } from '../../lambda/snapshot/format/change.ts';
import { compareSnapshots } from '../../lambda/snapshot/compare/compare.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../lambda/snapshot/format/limits.ts';
import { countReads } from '../../lambda/snapshot/read/counting-store.ts';
import { change, createMemoryStore, hashKey, manifestOf, writeRun } from '../support/snapshot/support.ts';

/**
 * An attacker chooses the keys of items so that all have one hash: then every step that works by ranges of hashes has to
 * handle them together. Before the hash had a secret key, it was xxHash64: 100,000 printable keys with one hash took 0.7 s
 * to make, and one page of CompareBackups held them all (6.1 MB). Now a full page may end between two keys of one hash.
 */

const mask = (1n << 64n) - 1n;
const [prime1, prime2, prime3, prime4] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
];

const rotate = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & mask;
const round = (lane: bigint, word: bigint) => (rotate((lane + word * prime2) & mask, 31n) * prime1) & mask;

/** Computes xxHash64 of a text whose length is a multiple of 32. */
function xxHash64(text: Buffer, seed: bigint): bigint {
  let lanes = [seed + prime1 + prime2, seed + prime2, seed, seed - prime1].map((lane) => lane & mask);
  for (let at = 0; at < text.length; at += 32)
    lanes = lanes.map((lane, i) => round(lane, text.readBigUInt64LE(at + 8 * i)));
  let hash = [1n, 7n, 12n, 18n].reduce((sum, bits, i) => sum + rotate(lanes[i] ?? 0n, bits), 0n) & mask;
  for (const lane of lanes) hash = ((hash ^ round(0n, lane)) * prime1 + prime4) & mask;
  hash = (hash + BigInt(text.length)) & mask;
  hash = ((hash ^ (hash >> 33n)) * prime2) & mask;
  hash = ((hash ^ (hash >> 29n)) * prime3) & mask;
  return hash ^ (hash >> 32n);
}

/** Returns the multiplicative inverse of an odd number modulo 2^64. */
function invert(odd: bigint): bigint {
  let inverse = odd;
  for (let i = 0; i < 6; i++) inverse = (inverse * (2n - odd * inverse)) & mask;
  return inverse;
}

const isPrintable = (word: Buffer) => word.every((byte) => byte > 0x22 && byte < 0x7f && byte !== 0x5c);

/** Finds another pair of printable words after which the state of the lane is the same. */
function findTwin(lane: bigint, first: Buffer, second: Buffer): [Buffer, Buffer] {
  const after = round(lane, first.readBigUInt64LE());
  for (let n = 0; ; n++) {
    const other = Buffer.from(n.toString(36).padStart(8, '0'));
    const twin = Buffer.alloc(8);
    const difference = ((after - round(lane, other.readBigUInt64LE())) * invert(prime2)) & mask;
    twin.writeBigUInt64LE((second.readBigUInt64LE() + difference) & mask);
    if (isPrintable(twin)) return [other, twin];
  }
}

/** Makes 2^bits texts with one xxHash64. Any two blocks of 32 bytes have two forms that give the first lane the same state. */
function makeColliding(bits: number, seed: bigint): Buffer[] {
  let texts = [Buffer.alloc(0)];
  let lane = (seed + prime1 + prime2) & mask;
  for (let i = 0; i < bits; i++) {
    const [first, second] = [Buffer.from('AAAAAAAA'), Buffer.from('PPPPPPPP')];
    const fill = Buffer.from('-'.repeat(24));
    const twin = findTwin(lane, first, second);
    const forms = [[first, second] as const, twin].map(([a, b]) => Buffer.concat([a, fill, b, fill]));
    texts = texts.flatMap((text) => forms.map((form) => Buffer.concat([text, form])));
    lane = round(round(lane, first.readBigUInt64LE()), second.readBigUInt64LE());
  }
  return texts;
}

describe('keys that have one xxHash64', () => {
  const texts = makeColliding(10, 0n);

  it('can be made by the thousand', () => {
    expect(new Set(texts.map(String)).size).toBe(1024);
    expect(texts.every(isPrintable)).toBe(true);
    expect(new Set(texts.map((text) => xxHash64(text, 0n))).size).toBe(1);
  });

  it('have different key hashes, spread over the whole hash space', () => {
    const hashes = texts.map((text) => hashKey(text));
    expect(new Set(hashes).size).toBe(1024);
    expect(new Set(hashes.map((hash) => hash >> 60n)).size).toBe(16);
  });
});

describe('100,000 keys of one hash', () => {
  const hash = 7n;
  const count = 100_000;

  it('are compared in pages of 1,000 differences, each of which reads a small part of them', async () => {
    vi.spyOn(keyHash, 'createKeyHash').mockReturnValue(() => hash);
    const textOf = (side: string, n: number) => createHash('sha256').update(`${side} ${n}`).digest('base64');
    const items = (side: string) =>
      Array.from({ length: count }, (_, n) => ({ ...change(n, textOf(side, n)), hash })).toSorted(
        compareKeyed,
      );
    const plain = createMemoryStore();
    const [before, after] = await Promise.all(
      ['before', 'after'].map(async (side) =>
        manifestOf([await writeRun(plain, side, 'delta', items(side), 20_000)]),
      ),
    );
    if (before === undefined || after === undefined) throw new Error('there are two');
    const storedBytes = [...plain.objects.values()].reduce((sum, { length }) => sum + length, 0);

    let found = 0;
    let last = startOfHash(0n);
    for (let at = last; at.hash < wholeRange.to;) {
      const store = countReads(plain);
      const steps = compareSnapshots(store, before, after, at, { ...defaultLimits, maxReadBytes: 1 });
      const { listed, end } = await collectPage(steps, 1000, new Budget(systemClock, 60_000));
      expect(listed.length).toBeLessThanOrEqual(1000);
      expect(store.reads.bytesRead).toBeLessThan(storedBytes / 10);
      for (const difference of listed) {
        expect(compareKeyed(last, difference)).toBeLessThan(0);
        last = difference;
      }
      found += listed.length;
      at = end;
    }
    expect(found).toBe(count);
  });
});
