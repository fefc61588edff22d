import * as fc from 'fast-check';
import { createKeyHash } from '../../../lambda/item/key-hash.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { type Change, compareKeyed, type Keyed } from '../../../lambda/snapshot/format/change.ts';
import { ContentSum } from '../../../lambda/snapshot/format/content.ts';
import { foldFrames } from '../../../lambda/snapshot/compact/fold.ts';
import {
  type CopiedFrame,
  type FrameFile,
  toFrames,
  type RawFrame,
  writeFrames,
} from '../../../lambda/snapshot/format/frame-file.ts';
import { toHex, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import { encodeLine, type RunKind } from '../../../lambda/snapshot/format/line.ts';
import { defaultLimits } from '../../../lambda/snapshot/format/limits.ts';
import type { KeyRules } from '../../../lambda/snapshot/format/key-rules.ts';
import type { Manifest, RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { parseBackupId } from '../../../lambda/model/ids.ts';

/** An object store in memory, and its objects, which a test may damage. */
export interface MemoryStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
}

/** Creates an empty store. */
export function createMemoryStore(): MemoryStore {
  const objects = new Map<string, Buffer>();
  const get = async (key: string): Promise<Buffer> => {
    const object = objects.get(key);
    if (object === undefined) throw new TidemarkError('ObjectNotFound', `${key} is not there`);
    return object;
  };
  return {
    objects,
    get,
    async put(key, body, options) {
      if (options?.ifAbsent === true && objects.has(key)) return 'exists';
      objects.set(key, Buffer.from(body));
      return 'stored';
    },
    async putStream(key, body) {
      const bytes = await Array.fromAsync(body);
      return this.put(key, Buffer.concat(bytes), { ifAbsent: true });
    },
    async getRange(key, offset, length) {
      const object = await get(key);
      if (offset + length > object.length) throw new TidemarkError('SnapshotCorrupt', `${key} is shorter`);
      return object.subarray(offset, offset + length);
    },
    async *getStream(key) {
      yield await get(key);
    },
    async *list(folder) {
      for (const [key, { length }] of objects) if (key.startsWith(`${folder}/`)) yield { key, bytes: length };
    },
    async delete(keys) {
      for (const key of keys) objects.delete(key);
    },
  };
}

/** Reads all entries of a sequence of batches. */
export async function gather<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  return (await Array.fromAsync(batches)).flat();
}

/** Splits entries into batches of these sizes, in turn. 0 gives an empty batch. */
export async function* toBatches<T>(
  entries: readonly T[],
  sizes: readonly number[],
): AsyncGenerator<readonly T[]> {
  const usable = sizes.some((size) => size > 0) ? sizes : [1];
  for (let start = 0, turn = 0; start < entries.length; turn++) {
    const end = start + (usable[turn % usable.length] ?? 1);
    yield entries.slice(start, end);
    start = end;
  }
}

/** Encodes a change as a line of a run. */
export function toLine(kind: RunKind, change: Change): Buffer {
  return Buffer.concat(encodeLine(kind, change));
}

/** Copies frames, because those that a source yields are valid only until the next one is requested. */
export async function keepFrames<F extends RawFrame | CopiedFrame>(frames: AsyncIterable<F>): Promise<F[]> {
  const kept: F[] = [];
  for await (const frame of frames) kept.push('lines' in frame ? { ...frame, ...copyFrame(frame) } : frame);
  return kept;
}

function copyFrame({ lines, first }: RawFrame): Pick<RawFrame, 'lines' | 'first'> {
  return { lines: Buffer.from(lines), first: { hash: first.hash, key: Buffer.from(first.key) } };
}

/** Stores entries as a frame file. */
export async function writeFile<T extends Keyed>(
  store: ObjectStore,
  key: string,
  entries: readonly T[],
  encode: (entry: T) => Buffer,
  frameBytes?: number,
): Promise<FrameFile & { readonly key: string }> {
  const frames = toFrames(toBatches(entries, [3, 0, 1]), (entry) => [encode(entry)], frameBytes);
  return { ...(await writeFrames(store, key, frames)), key };
}

async function* none(): AsyncGenerator<never> {}

/** Stores sorted changes as a run, and refers to all of it. */
export async function writeRun(
  store: ObjectStore,
  key: string,
  kind: RunKind,
  changes: readonly Change[],
  frameBytes?: number,
): Promise<RunRef> {
  const file =
    kind === 'base'
      ? await writeBase(store, key, changes, frameBytes)
      : await writeFile(store, key, changes, (change) => toLine(kind, change), frameBytes);
  const tombstones = changes.filter(({ image }) => image === undefined).length;
  return { ...file, kind, tombstones, range: toHex(wholeRange), written: toHex(wholeRange) };
}

async function writeBase(
  store: ObjectStore,
  key: string,
  changes: readonly Change[],
  frameBytes = defaultLimits.frameBytes,
): Promise<FrameFile & { readonly key: string }> {
  const options = { keys: keyRules(1), frameBytes };
  const frames = foldFrames(none(), toBatches(changes, [3, 0, 1]), options, new ContentSum());
  return { ...(await writeFrames(store, key, frames)), key };
}

/** The key of the key hash in all snapshots of tests. */
export const testHashKey = '000102030405060708090a0b0c0d0e0f';

export const hashKey = createKeyHash(testHashKey);

/** The rules for lines whose keys have this many attributes. */
export function keyRules(count: number): KeyRules {
  return { count, hash: hashKey };
}

/** Makes a change of the item whose partition key is the number: to this text or, if undefined, its deletion. */
export function change(pk: number, text: string | undefined): Change {
  const keyText = `"pk":{"N":"${pk}"}`;
  const key = Buffer.from(keyText);
  const image =
    text === undefined ? undefined : Buffer.from(`{${keyText},"v":{"S":${JSON.stringify(text)}}}`);
  return { hash: hashKey(key), key, image };
}

/** Sorts entries in the order of runs. */
export function sortKeyed<T extends Keyed>(entries: readonly T[]): T[] {
  return entries.toSorted(compareKeyed);
}

/** Any sorted changes of keys up to `maxKey`, each key once. Those of a base run have no tombstones. */
export function anyChanges(kind: RunKind, maxKey: number): fc.Arbitrary<Change[]> {
  const text = fc.string({ maxLength: 30 });
  return fc
    .uniqueArray(fc.tuple(fc.nat(maxKey), kind === 'base' ? text : fc.option(text, { nil: undefined })), {
      selector: ([pk]) => pk,
      maxLength: maxKey + 1,
    })
    .map((changes) => sortKeyed(changes.map(([pk, text]) => change(pk, text))));
}

export const snapshotId = parseBackupId('01576616366715-01234567');

/** Makes a manifest over these runs, of a table with the partition key `pk`. Its figures are 0, which readers ignore. */
export function manifestOf(runs: readonly RunRef[]): Manifest {
  const content = { items: 0, bytes: 0, digest: '0'.repeat(32) };
  return {
    format: 'tidemark-snapshot',
    version: 2,
    id: snapshotId,
    parent: null,
    base: snapshotId,
    kind: 'full',
    source: 'scan',
    marker: 1_576_616_366_715,
    table: { name: 'Music', arn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/Music', tableId: 'table-1' },
    description: {
      keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'N' }],
      createdAt: 0,
      sizeBytes: 0,
      itemCount: 0,
      billingMode: 'PAY_PER_REQUEST',
      localSecondaryIndexes: [],
      globalSecondaryIndexes: [],
    },
    hashKey: testHashKey,
    cut: { stream: 'stream-1', shards: { 'shard-1': '100', 'shard-2': 'start' } },
    runs,
    partitions: [content],
    ...content,
    copied: { bytes: 0, files: 0, records: 0 },
  };
}
