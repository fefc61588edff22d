import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import { decodeNetChanges, encodeNetChange } from '../../../lambda/snapshot/compact/spill-record.ts';
import { compressFrame, sha256Hex } from '../../../lambda/snapshot/format/frame.ts';
import { readIndex } from '../../../lambda/snapshot/format/frame-index.ts';
import { contains, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { decodeLines } from '../../../lambda/snapshot/format/line.ts';
import { fetchFrames, openFrame, readFrames } from '../../../lambda/snapshot/read/read-frames.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import {
  change,
  createMemoryStore,
  sortKeyed,
  toLine,
  writeFile,
  writeRun,
  keyRules,
} from '../../support/snapshot/support.ts';
import { scaleRuns } from '../../support/scale.ts';

describe('openFrame', () => {
  it.each([2, 4])('throws SnapshotCorrupt for a frame of 3 bytes if the index says %d', (rawLength) => {
    const compressed = compressFrame(Buffer.from('abc'));
    const entry = {
      offset: 0,
      length: compressed.length,
      rawLength,
      sha256: sha256Hex(compressed),
      hash: '0',
      key: '',
      count: 1,
    };
    expect(() => openFrame({ file: 'a-run', entry, compressed })).toThrow(
      expect.objectContaining({ code: 'SnapshotCorrupt', object: 'a-run' }) as Error,
    );
  });
});

describe('fetchFrames', () => {
  it('returns the bytes of each frame, even of frames that are not neighbours', async () => {
    const changes = sortKeyed(Array.from({ length: 9 }, (_, pk) => change(pk, 'x'.repeat(pk))));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    const entries = (await readIndex(store, run)).filter((_, i) => i % 2 === 0);
    // An answer of S3 has its own memory, and no bytes beyond the range.
    const copying: ObjectStore = {
      ...store,
      getRange: async (...given) => Uint8Array.from(await store.getRange(...given)),
    };
    const frames = await Array.fromAsync(fetchFrames(copying, run.key, entries));
    expect(frames.map((frame) => String(openFrame(frame)))).toEqual(
      changes.filter((_, i) => i % 2 === 0).map((each) => String(toLine('delta', each))),
    );
  });
});

describe('readFrames', () => {
  /** Few hashes and many keys, so that entries of one hash often lie in several frames. */
  const anySpill = fc.record({
    entries: fc
      .uniqueArray(fc.tuple(fc.bigInt(0n, 9n), fc.nat(9)), {
        selector: ([hash, key]) => `${hash}/${key}`,
        maxLength: 60,
      })
      .map((keyed) => sortKeyed(keyed.map(([hash, key]) => netChange(hash, `k${key}`)))),
    frameBytes: fc.constantFrom(1, 40, 100),
    readAhead: fc.constantFrom(1, 150, 10_000),
  });

  it('reads all entries of a range, for any boundaries and any sizes of frames and reads', async () => {
    await fc.assert(
      fc.asyncProperty(anySpill, async ({ entries, frameBytes, readAhead }) => {
        const store = createMemoryStore();
        const file = await writeFile(store, 'spill', entries, encodeNetChange, frameBytes);
        for (let from = 0n; from < 11n; from++) {
          for (let to = from + 1n; to < 12n; to++) {
            const range = { from, to };
            const frames = await Array.fromAsync(readFrames(store, file, range, readAhead));
            const read = frames.flatMap(decodeNetChanges).filter(({ hash }) => contains(range, hash));
            expect(names(read)).toEqual(names(entries.filter(({ hash }) => contains(range, hash))));
          }
        }
      }),
      { numRuns: scaleRuns(7) },
    );
  });

  const names = (entries: readonly NetChange[]): string[] =>
    entries.map(({ hash, key }) => `${hash}/${String(key)}`);

  it('fetches only the frames that may hold entries of the range', async () => {
    const changes = sortKeyed(Array.from({ length: 50 }, (_, pk) => change(pk, `${pk}`)));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    for (const { hash } of changes) {
      const fetched = record(store);
      const frames = await Array.fromAsync(readFrames(fetched.store, run, { from: hash, to: hash + 1n }));
      // The frame before may end with the same hash, so it is fetched too.
      expect(frames.length).toBeLessThanOrEqual(2);
      expect(
        frames.flatMap((frame) => decodeLines('delta', frame, keyRules(1))).map((found) => found.hash),
      ).toContain(hash);
      // One request for the index, one for the frames.
      expect(fetched.ranges).toHaveLength(2);
    }
  });

  it('fetches at most readAhead bytes in a request, unless a single frame is larger', async () => {
    const changes = sortKeyed(Array.from({ length: 40 }, (_, pk) => change(pk, 'x'.repeat(pk * 3))));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    const frames = await readIndex(store, run);
    const largest = Math.max(...frames.map(({ length }) => length));
    const fetched = record(store);
    await Array.fromAsync(readFrames(fetched.store, run, wholeRange, 200));
    const [, ...reads] = fetched.ranges;
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.length).toBeLessThan(frames.length);
    expect(Math.max(...reads)).toBeLessThanOrEqual(Math.max(200, largest));
    expect(reads.reduce((sum, length) => sum + length, 0)).toBe(run.index.offset - 8);
  });

  /** Wraps a store, and records the length of every range that is read. */
  function record(store: ObjectStore): { readonly store: ObjectStore; readonly ranges: number[] } {
    const ranges: number[] = [];
    return {
      ranges,
      store: {
        ...store,
        getRange(key, offset, length) {
          ranges.push(length);
          return store.getRange(key, offset, length);
        },
      },
    };
  }

  it('stops fetching when its reader stops', async () => {
    const changes = sortKeyed(Array.from({ length: 40 }, (_, pk) => change(pk, `${pk}`)));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    const fetched = record(store);
    for await (const frame of readFrames(fetched.store, run, wholeRange, 1)) {
      expect(String(frame)).toBe(String(toLine('delta', changes[0] ?? change(0, ''))));
      break;
    }
    // The index, the first frame and the look-ahead.
    expect(fetched.ranges).toHaveLength(3);
  });

  it('throws the error of a failed look-ahead only when its reader gets there', async () => {
    const changes = sortKeyed([1, 2, 3].map((pk) => change(pk, `${pk}`)));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    let reads = 0;
    const failing: ObjectStore = {
      ...store,
      async getRange(key, offset, length) {
        if (++reads === 3) throw new Error('the network broke');
        return store.getRange(key, offset, length);
      },
    };
    const seen: Buffer[] = [];
    const reading = (async () => {
      for await (const frame of readFrames(failing, run, wholeRange, 1)) seen.push(frame);
    })();
    await expect(reading).rejects.toThrow('the network broke');
    expect(seen).toHaveLength(1);
  });
});

function netChange(hash: bigint, key: string): NetChange {
  return {
    hash,
    key: Buffer.from(key),
    first: '1',
    last: '1',
    old: undefined,
    image: undefined,
    imageBytes: 0,
  };
}
