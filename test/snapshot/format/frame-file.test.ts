import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { readFrames } from '../../../lambda/snapshot/read/read-frames.ts';
import { contains, formatHash, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { decodeLines } from '../../../lambda/snapshot/format/line.ts';
import type { NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import { decodeNetChanges, encodeNetChange } from '../../../lambda/snapshot/compact/spill-record.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import {
  anyChanges,
  change,
  createMemoryStore,
  sortKeyed,
  writeFile,
  writeRun,
  toLine,
} from '../../support/snapshot/support.ts';

const line = (change: Change): Buffer => toLine('delta', change);

interface DocumentedFrame {
  readonly hash: string;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly rawLength: number;
  readonly count: number;
  readonly sha256: string;
}

/** A run read by docs/format.md, section 3, alone: from its end, with a decoder of other makers. */
function byTheDocument(file: Buffer) {
  const text = file.toString('latin1', file.length - 8);
  const indexLength = file.readUInt32LE(file.length - 12);
  const indexStart = file.length - 12 - indexLength;
  const index = file.subarray(indexStart, indexStart + indexLength);
  const { version, frames } = JSON.parse(unpacked(index)) as { version: number; frames: DocumentedFrame[] };
  const header = file.subarray(indexStart - 8, indexStart);
  return { text, index, indexStart, version, frames, header };
}

function unpacked(zstd: Uint8Array): string {
  return Buffer.from(decompress(zstd)).toString();
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('a run is what the document says', () => {
  const anyRun = fc.record({
    changes: anyChanges('delta', 60),
    frameBytes: fc.integer({ min: 1, max: 800 }),
  });

  it('a zstd decoder prints its lines and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ changes, frameBytes }) => {
        const store = createMemoryStore();
        await writeRun(store, 'run', 'delta', changes, frameBytes);
        expect(unpacked(await store.get('run'))).toBe(changes.map((change) => String(line(change))).join(''));
      }),
      { numRuns: 50 },
    );
  });

  it('its index is found from its end, and names each frame’s place, first key, counts and checksum', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ changes, frameBytes }) => {
        const store = createMemoryStore();
        const run = await writeRun(store, 'run', 'delta', changes, frameBytes);
        const file = Buffer.from(await store.get('run'));
        const { text, index, indexStart, version, frames, header } = byTheDocument(file);
        expect(text).toBe('TIDEMRK1');
        expect(version).toBe(1);
        expect(header.toString('hex', 0, 4)).toBe('502a4d18');
        expect(header.readUInt32LE(4)).toBe(index.length + 12);
        expect(run.index).toEqual({ offset: indexStart, length: index.length, sha256: sha256(index) });

        let offset = 0;
        const expected = inFrames(changes, frameBytes).map((inFrame, i) => {
          const raw = Buffer.concat(inFrame.map(line));
          const length = frames[i]?.length ?? 0;
          const compressed = file.subarray(offset, offset + length);
          expect(unpacked(compressed)).toBe(String(raw));
          offset += length;
          const [first] = inFrame;
          return {
            hash: formatHash(first?.hash ?? 0n),
            key: String(first?.key),
            offset: offset - length,
            length,
            rawLength: raw.length,
            count: inFrame.length,
            sha256: sha256(compressed),
          };
        });
        expect(frames).toEqual(expected);
        expect(indexStart - 8).toBe(offset);
        expect(run).toMatchObject({
          bytes: file.length,
          rawBytes: expected.reduce((sum, { rawLength }) => sum + rawLength, 0),
          records: changes.length,
        });
      }),
      { numRuns: 50 },
    );
  });

  it('each frame has a content checksum (bit 2 of the descriptor behind zstd’s magic number)', async () => {
    const store = createMemoryStore();
    await writeRun(store, 'run', 'delta', [change(1, 'one')], 1);
    const file = Buffer.from(await store.get('run'));
    expect(file.toString('hex', 0, 4)).toBe('28b52ffd');
    expect((file[4] ?? 0) & 0b100).toBe(0b100);
  });

  it('a frame is closed at 1 MiB', async () => {
    const store = createMemoryStore();
    const long = 'x'.repeat(100_000);
    const changes = sortKeyed(Array.from({ length: 30 }, (_, pk) => change(pk, long)));
    await writeRun(store, 'run', 'delta', changes);
    const { frames } = byTheDocument(Buffer.from(await store.get('run')));
    expect(frames.map(({ count }) => count)).toEqual([11, 11, 8]);
  });

  it('a frame is closed by the line that brings it to the size exactly', async () => {
    const store = createMemoryStore();
    const changes = sortKeyed([1, 2, 3, 4].map((pk) => change(pk, 'equally long')));
    const twoLines = Buffer.concat(changes.slice(0, 2).map(line)).length;
    await writeRun(store, 'run', 'delta', changes, twoLines);
    const { frames } = byTheDocument(Buffer.from(await store.get('run')));
    expect(frames.map(({ count }) => count)).toEqual([2, 2]);
  });

  it('of nothing has no frame', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', []);
    expect(run).toMatchObject({ rawBytes: 0, records: 0 });
    expect(byTheDocument(Buffer.from(await store.get('run'))).frames).toEqual([]);
    expect(await Array.fromAsync(readFrames(store, run, wholeRange))).toEqual([]);
  });
});

/** The changes of each frame: one is closed by the line that brings it to the size. */
function inFrames(changes: readonly Change[], frameBytes: number): Change[][] {
  const frames: Change[][] = [];
  let open: Change[] | undefined;
  for (const change of changes) {
    if (open === undefined) frames.push((open = []));
    open.push(change);
    if (Buffer.concat(open.map(line)).length >= frameBytes) open = undefined;
  }
  return frames;
}

describe('entries out of order are refused', () => {
  it.each([
    ['a key twice', [change(1, 'a'), change(1, 'b')]],
    ['descending', sortKeyed([change(1, 'a'), change(2, 'b')]).toReversed()],
  ])('%s', async (_name, changes) => {
    const store = createMemoryStore();
    await expect(writeFile(store, 'run', changes, line)).rejects.toMatchObject({ code: 'SnapshotCorrupt' });
    expect(store.objects.size).toBe(0);
  });

  it('and so are keys out of order under one hash, also over the end of a frame', async () => {
    const entries = ['b', 'a'].map((key) => netChange(5n, key));
    await expect(writeFile(createMemoryStore(), 'spill', entries, encodeNetChange, 1)).rejects.toMatchObject({
      code: 'SnapshotCorrupt',
    });
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

describe('a range of hashes is read', () => {
  /** Few hashes, many keys: a hash often goes on over the ends of frames. */
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

  it('wholly, at every boundary, whatever the sizes of frames and reads', async () => {
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
      { numRuns: 25 },
    );
  });

  const names = (entries: readonly NetChange[]): string[] =>
    entries.map(({ hash, key }) => `${hash}/${String(key)}`);

  it('by fetching the frames that meet it, not the others', async () => {
    const changes = sortKeyed(Array.from({ length: 50 }, (_, pk) => change(pk, `${pk}`)));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    for (const { hash } of changes) {
      const fetched = recording(store);
      const frames = await Array.fromAsync(readFrames(fetched.store, run, { from: hash, to: hash + 1n }));
      // The frame before it may end with the same hash, so it is looked at, too.
      expect(frames.length).toBeLessThanOrEqual(2);
      expect(frames.flatMap((frame) => decodeLines('delta', frame, 1)).map((found) => found.hash)).toContain(
        hash,
      );
      // One request for the index, one for the frames.
      expect(fetched.ranges).toHaveLength(2);
    }
  });

  it('in requests of at most so many bytes, unless one frame is larger', async () => {
    const changes = sortKeyed(Array.from({ length: 40 }, (_, pk) => change(pk, 'x'.repeat(pk * 3))));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    const { frames } = byTheDocument(Buffer.from(await store.get('run')));
    const largest = Math.max(...frames.map(({ length }) => length));
    const fetched = recording(store);
    await Array.fromAsync(readFrames(fetched.store, run, wholeRange, 200));
    const [, ...reads] = fetched.ranges;
    expect(reads.length).toBeGreaterThan(5);
    expect(reads.length).toBeLessThan(frames.length);
    expect(Math.max(...reads)).toBeLessThanOrEqual(Math.max(200, largest));
    expect(reads.reduce((sum, length) => sum + length, 0)).toBe(run.index.offset - 8);
  });

  /** The store, and the length of every range that was asked for. */
  function recording(store: ObjectStore): { readonly store: ObjectStore; readonly ranges: number[] } {
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

  it('until the reader stops', async () => {
    const changes = sortKeyed(Array.from({ length: 40 }, (_, pk) => change(pk, `${pk}`)));
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'delta', changes, 1);
    const fetched = recording(store);
    for await (const frame of readFrames(fetched.store, run, wholeRange, 1)) {
      expect(String(frame)).toBe(String(line(changes[0] ?? change(0, ''))));
      break;
    }
    // The index, the first frame and the look-ahead.
    expect(fetched.ranges).toHaveLength(3);
  });

  it('and a read that fails ahead of the reader is the reader’s error in its turn', async () => {
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
