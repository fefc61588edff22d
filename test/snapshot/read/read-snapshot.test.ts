import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import {
  contains,
  fromHex,
  type HashRange,
  parseHash,
  splitHashSpace,
  toHex,
  wholeRange,
} from '../../../lambda/snapshot/format/hash-range.ts';
import { defaultLimits } from '../../../lambda/snapshot/format/limits.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { readRun, readSnapshot } from '../../../lambda/snapshot/read/read-snapshot.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import {
  anyChanges,
  change,
  gather,
  manifestOf,
  createMemoryStore,
  sortKeyed,
  writeRun,
  keyRules,
} from '../../support/snapshot/support.ts';
import { scaleRuns } from '../../support/scale.ts';

const end = 1n << 64n;

/** Some hash, often that of a key or a neighbouring one. */
const anyBoundary = fc.oneof(
  fc
    .tuple(fc.nat(40), fc.integer({ min: -1, max: 1 }))
    .map(([pk, distance]) => change(pk, '').hash + BigInt(distance)),
  fc.bigInt(0n, end),
  fc.constantFrom(0n, end),
);
const anyRange: fc.Arbitrary<HashRange> = fc
  .uniqueArray(anyBoundary, { minLength: 2, maxLength: 2 })
  .map(([a = 0n, b = 0n]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
const anyReferred = fc.oneof(fc.constant(wholeRange), anyRange);

/** A base run and deltas, each with the range for which the snapshot refers to it. */
const anySnapshot = fc.record({
  base: fc.tuple(anyChanges('base', 40), anyReferred),
  deltas: fc.array(fc.tuple(anyChanges('delta', 40), anyReferred), { maxLength: 4 }),
  range: anyRange,
  frameBytes: fc.constantFrom(1, 200, 10_000),
  batchEntries: fc.constantFrom(1, 3, 1000),
  maxReadBytes: fc.constantFrom(1, 300, 10_000),
});

/** Reads with a Map: the changes within both ranges, where the newest run's line of a key counts. */
function readByMap(runs: readonly (readonly [readonly Change[], HashRange])[], range: HashRange): string[] {
  const latest = new Map<string, Change>();
  for (const [changes, referred] of runs) {
    for (const change of changes) {
      if (contains(referred, change.hash) && contains(range, change.hash))
        latest.set(String(change.key), change);
    }
  }
  return images(sortKeyed([...latest.values()].filter(({ image }) => image !== undefined)));
}

const images = (changes: readonly Change[]): string[] => changes.map(({ image }) => String(image));

describe('readSnapshot', () => {
  it('merges the runs within their ranges: the newest line of a key counts, tombstones are dropped', async () => {
    await fc.assert(
      fc.asyncProperty(anySnapshot, async ({ base, deltas, range, ...sizes }) => {
        const store = createMemoryStore();
        const runs = [base, ...deltas];
        const refs = await Promise.all(
          runs.map(async ([changes, referred], i) => ({
            ...(await writeRun(store, `run-${i}`, i === 0 ? 'base' : 'delta', changes, sizes.frameBytes)),
            range: toHex(referred),
          })),
        );
        const manifest = manifestOf(refs);
        const limits = { ...defaultLimits, ...sizes };
        const items = (asked: HashRange) => gather(readSnapshot(store, manifest, asked, limits));
        expect(images(await items(range))).toEqual(readByMap(runs, range));
        expect(images(await items(wholeRange))).toEqual(readByMap(runs, wholeRange));
      }),
      { numRuns: scaleRuns(25) },
    );
  });

  it('yields no item for a snapshot without runs, or with tombstones only', async () => {
    const store = createMemoryStore();
    expect(await gather(readSnapshot(store, manifestOf([]), wholeRange))).toEqual([]);
    const run = await writeRun(store, 'run', 'delta', [change(1, undefined)]);
    expect(await gather(readSnapshot(store, manifestOf([run]), wholeRange))).toEqual([]);
  });

  it('yields the key and hash of each item', async () => {
    const store = createMemoryStore();
    const changes = sortKeyed([change(1, 'one'), change(2, 'two')]);
    const run = await writeRun(store, 'run', 'base', changes);
    expect(await gather(readSnapshot(store, manifestOf([run]), wholeRange))).toEqual(changes);
  });
});

describe('the memory of a reader', () => {
  /** 16 partitions, each with a base run and 3 deltas of dozens of frames; and how many bytes were read of each. */
  async function writePartitions() {
    const store = createMemoryStore();
    const changes = sortKeyed(Array.from({ length: 8000 }, (_, pk) => change(pk, randomUUID())));
    const runs: RunRef[] = [];
    for (const range of splitHashSpace(16)) {
      const own = changes.filter(({ hash }) => contains(range, hash));
      for (const kind of ['base', 'delta', 'delta', 'delta'] as const) {
        const run = await writeRun(store, `run-${runs.length}`, kind, own, 1000);
        runs.push({ ...run, range: toHex(range) });
      }
    }
    const read = new Map<string, number>();
    const counting: ObjectStore = {
      ...store,
      getRange(key, offset, length) {
        read.set(key, (read.get(key) ?? 0) + length);
        return store.getRange(key, offset, length);
      },
    };
    return { store: counting, runs, changes, read };
  }

  const maxAheadBytes = 16_000;
  const limits = { ...defaultLimits, batchEntries: 1, maxReadBytes: 4000, maxAheadBytes };

  it('holds only the runs of one partition, and few of their bytes, even if the range has many partitions', async () => {
    const { store, runs, changes, read } = await writePartitions();
    let items = 0;
    let most = 0;
    for await (const batch of readSnapshot(store, manifestOf(runs), wholeRange, limits)) {
      items += batch.length;
      // The next item, which ended the batch, is in memory too.
      const hash = changes[Math.min(items, changes.length - 1)]?.hash ?? 0n;
      const open = runs.filter(({ range }) => contains(fromHex(range), hash));
      const later = runs.filter(({ range }) => fromHex(range).from > hash);
      expect(later.filter(({ key }) => read.has(key))).toEqual([]);
      // The bytes that were read of the open runs, less their indexes and the frames that the merge has passed.
      const held = open.map(({ key, bytes, index, range: { from, to } }) => {
        const [start, end] = [parseHash(from), parseHash(to)];
        const passed = Number(((hash - start) * 1000n) / (end - start)) / 1000;
        return (read.get(key) ?? 0) - index.length - passed * (bytes - index.length);
      });
      most = Math.max(
        most,
        held.reduce((sum, bytes) => sum + bytes, 0),
      );
    }
    expect(items).toBe(changes.length);
    // Allows a quarter more, because the keys of a run are not spread evenly, and one frame of each run.
    expect(most).toBeLessThan(1.25 * maxAheadBytes + 4 * 1000);
    expect(most).toBeGreaterThan(maxAheadBytes / 2);
  });
});

describe('readRun', () => {
  it('also yields tombstones', async () => {
    const store = createMemoryStore();
    const changes = sortKeyed([change(1, 'one'), change(2, undefined)]);
    const run = await writeRun(store, 'run', 'delta', changes);
    expect(await gather(readRun(store, run, wholeRange, keyRules(1), 1000))).toEqual(changes);
  });

  it('does not touch the run for a range that the reference does not cover', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', [change(1, 'one')]);
    store.objects.clear();
    const lower = { from: 0n, to: end / 2n };
    const upper = { from: end / 2n, to: end };
    expect(fromHex(toHex(upper))).toEqual(upper);
    expect(await gather(readRun(store, { ...run, range: toHex(upper) }, lower, keyRules(1), 1000))).toEqual(
      [],
    );
  });
});
