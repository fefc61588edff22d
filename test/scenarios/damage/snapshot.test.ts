import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isError } from '../../../lambda/runtime/errors.ts';
import { readFrames } from '../../../lambda/snapshot/read/read-frames.ts';
import {
  compressFrame,
  decompressFrame,
  maxFrameBytes,
  sha256Hex,
} from '../../../lambda/snapshot/format/frame.ts';
import { formatHash, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { decodeLines } from '../../../lambda/snapshot/format/line.ts';
import { publishManifest, readManifest, type RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../../lambda/snapshot/read/read-snapshot.ts';
import {
  change,
  gather,
  manifestOf,
  type MemoryStore,
  createMemoryStore,
  snapshotId,
  sortKeyed,
  writeRun,
  toLine,
  keyRules,
} from '../../support/snapshot/support.ts';

const corrupt = { code: 'SnapshotCorrupt' };
const changes = sortKeyed(Array.from({ length: 12 }, (_, pk) => change(pk, `value ${pk}`)));

/** A store with a run of several frames. */
async function storeRun(): Promise<{ store: MemoryStore; run: RunRef; file: Buffer }> {
  const store = createMemoryStore();
  const run = await writeRun(store, 'run', 'base', changes, 150);
  const file = store.objects.get('run') ?? Buffer.alloc(0);
  return { store, run, file };
}

/** Changes one byte. */
const anyFlip = fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) });

function flip(bytes: Buffer, at: number, xor: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ xor;
  return copy;
}

/** Returns the content that was read, or 'damaged' for SnapshotCorrupt. */
async function ifSound<T>(reading: Promise<T>): Promise<T | 'damaged'> {
  try {
    return await reading;
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt')) return 'damaged';
    throw error;
  }
}

const read = (store: MemoryStore, run: RunRef) => gather(readSnapshot(store, manifestOf([run]), wholeRange));

describe('reading a damaged run', () => {
  it('throws SnapshotCorrupt for any changed byte in its frames or its index', async () => {
    const { store, run, file } = await storeRun();
    for (let at = 0; at < run.index.offset + run.index.length; at++) {
      // The header of the skippable frame is for decoders that skip it; Tidemark does not read it.
      if (at >= run.index.offset - 8 && at < run.index.offset) continue;
      store.objects.set('run', flip(file, at, 1 << (at % 8)));
      await expect(read(store, run), `byte ${at}`).rejects.toMatchObject(corrupt);
    }
  });

  it('returns the right items if only other readers need the changed byte', async () => {
    const { store, run, file } = await storeRun();
    const header = Array.from({ length: 8 }, (_, i) => run.index.offset - 8 + i);
    const footer = Array.from({ length: 12 }, (_, i) => file.length - 12 + i);
    for (const at of [...header, ...footer]) {
      store.objects.set('run', flip(file, at, 0xff));
      expect(await read(store, run)).toEqual(changes);
    }
  });

  it('throws SnapshotCorrupt if it is cut off anywhere before the end of the index', async () => {
    const { store, run, file } = await storeRun();
    for (let length = 0; length < run.index.offset + run.index.length; length++) {
      store.objects.set('run', file.subarray(0, length));
      await expect(read(store, run), `${length} bytes`).rejects.toMatchObject(corrupt);
    }
  });

  it('returns the right item or throws SnapshotCorrupt for a reader of a single hash', async () => {
    const { store, run, file } = await storeRun();
    await fc.assert(
      fc.asyncProperty(anyFlip, fc.nat(changes.length - 1), async ({ at, xor }, wanted) => {
        const { hash, key, image } = changes[wanted] ?? change(0, '');
        store.objects.set('run', flip(file, at % file.length, xor));
        const range = { from: hash, to: hash + 1n };
        const items = await ifSound(gather(readSnapshot(store, manifestOf([run]), range)));
        expect(['damaged', [{ hash, key, image }]]).toContainEqual(items);
      }),
      { numRuns: 500 },
    );
  });

  it('throws SnapshotCorrupt if another run is stored under its key', async () => {
    const { store, run } = await storeRun();
    store.objects.delete('run');
    await writeRun(
      store,
      'run',
      'base',
      [...changes, change(99, 'one more')].toSorted((a, b) => (a.hash < b.hash ? -1 : 1)),
      150,
    );
    await expect(read(store, run)).rejects.toMatchObject(corrupt);
  });

  it('throws SnapshotCorrupt for an index of an unknown form, even if its checksum is right', async () => {
    const { store, run } = await storeRun();
    for (const index of ['{"version":2,"frames":[]}', 'null', '{}', '', '{"version":1,']) {
      const bytes = compressFrame(Buffer.from(index));
      store.objects.set('run', bytes);
      const place = { offset: 0, length: bytes.length, sha256: sha256Hex(bytes) };
      const frames = Array.fromAsync(readFrames(store, { ...run, index: place }, wholeRange));
      await expect(frames).rejects.toMatchObject(corrupt);
    }
  });
});

it('reading a frame throws SnapshotCorrupt if a second zstd frame follows it, which Node’s decoder drops silently', async () => {
  const lines = changes.map((change) => toLine('base', change));
  const frames = Buffer.concat(lines.map((line) => compressFrame(line)));
  const { hash, key } = changes[0] ?? change(0, '');
  const entry = {
    hash: formatHash(hash),
    key: String(key),
    offset: 0,
    length: frames.length,
    rawLength: Buffer.concat(lines).length,
    count: lines.length,
    sha256: sha256Hex(frames),
  };
  const index = compressFrame(Buffer.from(JSON.stringify({ version: 1, frames: [entry] })));
  const store = createMemoryStore();
  await store.put('run', Buffer.concat([frames, index]));
  const place = { offset: frames.length, length: index.length, sha256: sha256Hex(index) };
  const reading = Array.fromAsync(readFrames(store, { key: 'run', index: place }, wholeRange));
  await expect(reading).rejects.toMatchObject(corrupt);
});

describe('decoding a damaged frame whose checksum is right', () => {
  const decompress = async (bytes: Buffer) =>
    decompressFrame(bytes, sha256Hex(bytes), 'a frame', maxFrameBytes);

  it('throws SnapshotCorrupt for arbitrary bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expect(decompress(Buffer.from(bytes))).rejects.toMatchObject(corrupt);
      }),
      { numRuns: 500 },
    );
  });

  it('throws SnapshotCorrupt for a changed byte, unless zstd does not use that byte', async () => {
    const content = Buffer.concat(changes.map(({ image }) => image ?? Buffer.alloc(0)));
    const frame = compressFrame(content);
    for (let at = 0; at < frame.length; at++) {
      const decoded = await ifSound(decompress(flip(frame, at, 1 << (at % 8))));
      expect(['damaged', content.toString()], `byte ${at}`).toContain(decoded.toString());
    }
  });

  it('throws SnapshotCorrupt for a frame that is cut off', async () => {
    const frame = compressFrame(Buffer.from('{"Item":{}}\n'.repeat(100)));
    for (let length = 0; length < frame.length; length++) {
      await expect(decompress(frame.subarray(0, length)), `${length} bytes`).rejects.toMatchObject(corrupt);
    }
  });

  it('throws SnapshotCorrupt for arbitrary bytes where lines are expected', () => {
    const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyBytes, fc.constantFrom('base', 'delta'), (bytes, kind) => {
        expect(() => decodeLines(kind, Buffer.from(bytes), keyRules(1))).toThrow(
          expect.objectContaining(corrupt),
        );
      }),
    );
  });
});

describe('reading a damaged manifest', () => {
  it('throws SnapshotCorrupt for any changed byte, and for any end that is cut off', async () => {
    const { store, run } = await storeRun();
    await publishManifest(store, manifestOf([run]));
    const { sha256 } = await readManifest(store, 'table-1', snapshotId);
    const [key = '', bytes = Buffer.alloc(0)] = [...store.objects].find(([name]) => name !== 'run') ?? [];
    expect(bytes.length).toBeGreaterThan(100);
    for (let at = 0; at < bytes.length; at++) {
      for (const damaged of [flip(bytes, at, 1 << (at % 8)), bytes.subarray(0, at)]) {
        store.objects.set(key, damaged);
        await expect(readManifest(store, 'table-1', snapshotId, sha256)).rejects.toMatchObject(corrupt);
      }
    }
  });
});
