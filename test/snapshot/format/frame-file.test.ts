import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { readFrames } from '../../../lambda/snapshot/read/read-frames.ts';
import { formatHash, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
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

/** Parses a run by docs/format.md, section 3, alone: from its end, and with another decoder than Node's. */
function parseByDocument(file: Buffer) {
  const text = file.toString('latin1', file.length - 8);
  const indexLength = file.readUInt32LE(file.length - 12);
  const indexStart = file.length - 12 - indexLength;
  const index = file.subarray(indexStart, indexStart + indexLength);
  const { version, frames } = JSON.parse(unpack(index)) as { version: number; frames: DocumentedFrame[] };
  const header = file.subarray(indexStart - 8, indexStart);
  return { text, index, indexStart, version, frames, header };
}

function unpack(zstd: Uint8Array): string {
  return Buffer.from(decompress(zstd)).toString();
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the file of a run as docs/format.md describes it', () => {
  const anyRun = fc.record({
    changes: anyChanges('delta', 60),
    frameBytes: fc.integer({ min: 1, max: 800 }),
  });

  it('decodes with another zstd decoder to its lines and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ changes, frameBytes }) => {
        const store = createMemoryStore();
        await writeRun(store, 'run', 'delta', changes, frameBytes);
        expect(unpack(await store.get('run'))).toBe(changes.map((change) => String(line(change))).join(''));
      }),
      { numRuns: 50 },
    );
  });

  it('has an index at its end with each frame’s place, first key, counts and checksum', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ changes, frameBytes }) => {
        const store = createMemoryStore();
        const run = await writeRun(store, 'run', 'delta', changes, frameBytes);
        const file = Buffer.from(await store.get('run'));
        const { text, index, indexStart, version, frames, header } = parseByDocument(file);
        expect(text).toBe('TIDEMRK1');
        expect(version).toBe(1);
        expect(header.toString('hex', 0, 4)).toBe('502a4d18');
        expect(header.readUInt32LE(4)).toBe(index.length + 12);
        expect(run.index).toEqual({ offset: indexStart, length: index.length, sha256: sha256(index) });

        let offset = 0;
        const expected = splitIntoFrames(changes, frameBytes).map((inFrame, i) => {
          const raw = Buffer.concat(inFrame.map(line));
          const length = frames[i]?.length ?? 0;
          const compressed = file.subarray(offset, offset + length);
          expect(unpack(compressed)).toBe(String(raw));
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

  it('has a content checksum in each frame (bit 2 of the descriptor after zstd’s magic number)', async () => {
    const store = createMemoryStore();
    await writeRun(store, 'run', 'delta', [change(1, 'one')], 1);
    const file = Buffer.from(await store.get('run'));
    expect(file.toString('hex', 0, 4)).toBe('28b52ffd');
    expect((file[4] ?? 0) & 0b100).toBe(0b100);
  });

  it('has frames that are closed at 1 MiB', async () => {
    const store = createMemoryStore();
    const long = 'x'.repeat(100_000);
    const changes = sortKeyed(Array.from({ length: 30 }, (_, pk) => change(pk, long)));
    await writeRun(store, 'run', 'delta', changes);
    const { frames } = parseByDocument(Buffer.from(await store.get('run')));
    expect(frames.map(({ count }) => count)).toEqual([11, 11, 8]);
  });

  it('has frames that the line closes which brings them to exactly the frame size', async () => {
    const store = createMemoryStore();
    const changes = sortKeyed([1, 2, 3, 4].map((pk) => change(pk, 'equally long')));
    const twoLines = Buffer.concat(changes.slice(0, 2).map(line)).length;
    await writeRun(store, 'run', 'delta', changes, twoLines);
    const { frames } = parseByDocument(Buffer.from(await store.get('run')));
    expect(frames.map(({ count }) => count)).toEqual([2, 2]);
  });

  it('has no frame if there are no changes', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', []);
    expect(run).toMatchObject({ rawBytes: 0, records: 0 });
    expect(parseByDocument(Buffer.from(await store.get('run'))).frames).toEqual([]);
    expect(await Array.fromAsync(readFrames(store, run, wholeRange))).toEqual([]);
  });
});

/** Splits changes into frames: the line that brings a frame to the frame size closes it. */
function splitIntoFrames(changes: readonly Change[], frameBytes: number): Change[][] {
  const frames: Change[][] = [];
  let open: Change[] | undefined;
  for (const change of changes) {
    if (open === undefined) frames.push((open = []));
    open.push(change);
    if (Buffer.concat(open.map(line)).length >= frameBytes) open = undefined;
  }
  return frames;
}

describe('writing entries that are out of order', () => {
  it.each([
    ['a key that comes twice', [change(1, 'a'), change(1, 'b')]],
    ['descending keys', sortKeyed([change(1, 'a'), change(2, 'b')]).toReversed()],
  ])('throws SnapshotCorrupt and stores nothing: %s', async (_name, changes) => {
    const store = createMemoryStore();
    await expect(writeFile(store, 'run', changes, line)).rejects.toMatchObject({ code: 'SnapshotCorrupt' });
    expect(store.objects.size).toBe(0);
  });

  it('throws SnapshotCorrupt for keys out of order within one hash, even across the end of a frame', async () => {
    const entries = ['b', 'a'].map((key) => ({ hash: 5n, key: Buffer.from(key) }));
    await expect(writeFile(createMemoryStore(), 'spill', entries, ({ key }) => key, 1)).rejects.toMatchObject(
      {
        code: 'SnapshotCorrupt',
      },
    );
  });
});

it('writing a run fails if another object has its key', async () => {
  const store = createMemoryStore();
  await store.put('run', Buffer.from('other'));
  await expect(writeRun(store, 'run', 'delta', [change(1, 'one')])).rejects.toMatchObject({
    code: 'Internal',
  });
  expect((await store.get('run')).toString()).toBe('other');
});
