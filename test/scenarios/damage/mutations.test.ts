import * as fc from 'fast-check';
import { decompress } from 'fzstd';
import { describe, expect, it } from 'vitest';
import { isError, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { readBase } from '../../../lambda/snapshot/compact/base-frames.ts';
import { ContentSum } from '../../../lambda/snapshot/format/content.ts';
import { foldFrames } from '../../../lambda/snapshot/compact/fold.ts';
import { writeFrames } from '../../../lambda/snapshot/format/frame-file.ts';
import { compressFrame, sha256Hex } from '../../../lambda/snapshot/format/frame.ts';
import { wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { buildManifestKey, publishManifest, readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { decodeNetChanges, encodeNetChange } from '../../../lambda/snapshot/compact/spill-record.ts';
import { readFrames } from '../../../lambda/snapshot/read/read-frames.ts';
import { StagedLineParser } from '../../../lambda/snapshot/compact/staged-record.ts';
import {
  change,
  toBatches,
  manifestOf,
  createMemoryStore,
  snapshotId,
  sortKeyed,
  writeFile,
  writeRun,
  keyRules,
  hashKey,
} from '../../support/snapshot/support.ts';

const corrupt = { code: 'SnapshotCorrupt' };
const changes = sortKeyed(Array.from({ length: 12 }, (_, pk) => change(pk, `value ${pk}`)));

/** Returns the content that was read, or 'damaged' for SnapshotCorrupt. */
async function ifSound<T>(reading: Promise<T>): Promise<T | 'damaged'> {
  try {
    return await reading;
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt')) return 'damaged';
    throw error;
  }
}

function flip(bytes: Buffer, at: number, xor: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ xor;
  return copy;
}

/** Changes a byte, removes some bytes, inserts some, or replaces all. */
const anyMutation = fc.oneof(
  fc.record({ at: fc.nat(), xor: fc.integer({ min: 1, max: 255 }) }).map(
    ({ at, xor }) =>
      (bytes: Buffer) =>
        flip(bytes, at % bytes.length, xor),
  ),
  fc
    .record({ at: fc.nat(), length: fc.integer({ min: 1, max: 300 }) })
    .map(({ at, length }) => (bytes: Buffer) => {
      const place = at % bytes.length;
      return Buffer.concat([bytes.subarray(0, place), bytes.subarray(place + length)]);
    }),
  fc
    .record({ at: fc.nat(), more: fc.uint8Array({ minLength: 1, maxLength: 20 }) })
    .map(({ at, more }) => (bytes: Buffer) => {
      const place = at % bytes.length;
      return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)]);
    }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => () => Buffer.from(bytes)),
);

describe('a reader of mutated bytes', () => {
  it('folding a base run gives the right result or SnapshotCorrupt', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes, 150);
    const file = store.objects.get('run') ?? Buffer.alloc(0);
    const updates = sortKeyed([change(3, 'changed'), change(5, undefined), change(50, 'new')]);
    const fold = async (): Promise<string> => {
      const frames = foldFrames(
        readBase(store, [run], wholeRange, 300),
        toBatches(updates, [2]),
        { keys: keyRules(1), frameBytes: 150 },
        new ContentSum(),
      );
      await writeFrames(store, 'folded', frames);
      return Buffer.from(decompress(store.objects.get('folded') ?? Buffer.alloc(0))).toString();
    };
    const right = await fold();
    await fc.assert(
      fc.asyncProperty(anyMutation, async (mutate) => {
        store.objects.delete('folded');
        store.objects.set('run', mutate(file));
        expect(['damaged', right]).toContain(await ifSound(fold()));
      }),
      { numRuns: 500 },
    );
  });

  it('reading a spill gives the right records or SnapshotCorrupt', async () => {
    const store = createMemoryStore();
    const entries = changes.map(({ hash, key, image }) => ({
      hash,
      key,
      image,
      first: '1',
      last: '12',
      old: { digest: Buffer.alloc(16, 7), bytes: 5 },
      imageBytes: 9,
    }));
    const file = await writeFile(store, 'spill', entries, encodeNetChange, 150);
    const bytes = store.objects.get('spill') ?? Buffer.alloc(0);
    const readSpill = async () =>
      (await Array.fromAsync(readFrames(store, file, wholeRange))).flatMap(decodeNetChanges);
    const right = await readSpill();
    expect(right).toEqual(entries);
    await fc.assert(
      fc.asyncProperty(anyMutation, async (mutate) => {
        store.objects.set('spill', mutate(bytes));
        expect(['damaged', right]).toContainEqual(await ifSound(readSpill()));
      }),
      { numRuns: 500 },
    );
  });

  it('reading a manifest without a known checksum gives the right manifest or SnapshotCorrupt', async () => {
    const store = createMemoryStore();
    const run = await writeRun(store, 'run', 'base', changes, 150);
    await publishManifest(store, manifestOf([run]));
    const [key = '', bytes = Buffer.alloc(0)] = [...store.objects].find(([name]) => name !== 'run') ?? [];
    await fc.assert(
      fc.asyncProperty(anyMutation, async (mutate) => {
        store.objects.set(key, mutate(bytes));
        const found = readManifest(store, 'table-1', snapshotId).then(({ manifest }) => manifest);
        expect(['damaged', manifestOf([run])]).toContainEqual(await ifSound(found));
      }),
      { numRuns: 500 },
    );
  });

  it('decoding the records of a spill gives records or SnapshotCorrupt, and no other error', () => {
    const records = Buffer.concat(
      changes.map(({ hash, key, image }) =>
        encodeNetChange({ hash, key, image, first: '1', last: '2', old: undefined, imageBytes: 1 }),
      ),
    );
    fc.assert(
      fc.property(anyMutation, (mutate) => {
        const decoded = ifSoundSync(() => decodeNetChanges(mutate(records)));
        expect(decoded === 'damaged' || decoded.every(({ key }) => key instanceof Buffer)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

function ifSoundSync<T>(reading: () => T): T | 'damaged' {
  try {
    return reading();
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt')) return 'damaged';
    throw error;
  }
}

describe('parsing a damaged staged line', () => {
  const line = JSON.stringify({
    Metadata: { ApplyOrder: { N: '12' } },
    Keys: { pk: { S: 'a' } },
    OldImage: { pk: { S: 'a' }, v: { L: [{ N: '1' }, { M: { x: { B: 'QUI=' } } }] } },
    NewImage: { pk: { S: 'a' }, v: { SS: ['b', 'é"'] }, n: { NS: ['1', '-2.5'] } },
  });
  const codes: ReadonlySet<unknown> = new Set(['StagedDataCorrupt', 'RecordNotUnderstood']);

  it('gives a change, StagedDataCorrupt or RecordNotUnderstood after any edit', () => {
    const text = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      '"S"',
      '"N"',
      '"pk"',
      'null',
      '1',
      '{}',
      '-',
      '',
    );
    const anyEdit = fc.record({ at: fc.nat(), length: fc.nat(8), by: text });
    fc.assert(
      fc.property(
        fc.array(anyEdit, { maxLength: 4 }),
        anyMutation,
        fc.boolean(),
        (edits, mutate, mutates) => {
          let bytes = Buffer.from(line);
          for (const { at, length, by } of edits) {
            const place = at % (bytes.length + 1);
            bytes = Buffer.concat([
              bytes.subarray(0, place),
              Buffer.from(by),
              bytes.subarray(place + length),
            ]);
          }
          const edited = mutates && bytes.length > 0 ? mutate(bytes) : bytes;
          const outcome = outcomeOf(() =>
            new StagedLineParser({ names: ['pk'], hash: hashKey }).parse(edited),
          );
          expect(outcome instanceof Buffer || codes.has(outcome)).toBe(true);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('throws StagedDataCorrupt for bytes that are not UTF-8, instead of replacing them', () => {
    const bytes = Buffer.from('{"Item":{"pk":{"S":"a?b"}}}');
    bytes[bytes.indexOf('?')] = 0xff;
    expect(outcomeOf(() => new StagedLineParser({ names: ['pk'], hash: hashKey }).parse(bytes))).toBe(
      'StagedDataCorrupt',
    );
  });

  /** Returns the change's key, or the error's code. */
  function outcomeOf(parse: () => { readonly key: Buffer }): Buffer | string {
    try {
      return parse().key;
    } catch (error) {
      if (error instanceof TidemarkError) return error.code;
      throw error;
    }
  }
});

describe('reading an index or a manifest of another shape, whose checksum is right', () => {
  const entry = { hash: '0'.repeat(16), key: '', offset: 0, length: 1, rawLength: 1, count: 1, sha256: '' };

  it.each<[string, unknown]>([
    ['no frames', undefined],
    ['frames that are not a list', {}],
    ['a frame of a negative length', [{ ...entry, length: -1 }]],
    ['a frame larger than memory', [{ ...entry, length: 1e15 }]],
    ['a frame beyond the end of the file', [{ ...entry, offset: 1e9 }]],
  ])('throws SnapshotCorrupt for an index with %s', async (_name, frames) => {
    const store = createMemoryStore();
    const index = compressFrame(Buffer.from(JSON.stringify({ version: 1, frames })));
    await store.put('run', index);
    const file = { key: 'run', index: { offset: 0, length: index.length, sha256: sha256Hex(index) } };
    await expect(Array.fromAsync(readFrames(store, file, wholeRange))).rejects.toMatchObject(corrupt);
  });

  it.each<[string, object]>([
    ['no runs', { runs: undefined }],
    ['no partitions', { partitions: undefined }],
  ])('throws SnapshotCorrupt for a manifest with %s', async (_name, other) => {
    const store = createMemoryStore();
    const bytes = compressFrame(Buffer.from(JSON.stringify({ ...manifestOf([]), ...other })));
    await store.put(buildManifestKey('table-1', snapshotId), bytes);
    await expect(readManifest(store, 'table-1', snapshotId)).rejects.toMatchObject(corrupt);
  });
});
