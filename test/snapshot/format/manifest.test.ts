import { createHash, hash } from 'node:crypto';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import {
  findManifest,
  findOldestRun,
  keyNamesOf,
  buildManifestKey,
  publishManifest,
  readManifest,
  runKey,
} from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import {
  change,
  manifestOf,
  createMemoryStore,
  snapshotId,
  writeRun,
} from '../../support/snapshot/support.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';

const tableId = 'table-1';
const place = `tables/table-1/snapshots/${snapshotId}/manifest.json.zst`;
/** Trusts every manifest. */
const trust = async (): Promise<void> => {};
const corrupt = { code: 'SnapshotCorrupt' };

it('the oldest run of a snapshot is the earliest backup’s, or its own if it has no runs', async () => {
  const store = createMemoryStore();
  const [older, oldest] = [createBackupId(2, '00000000'), createBackupId(1, '00000000')];
  const runs = await Promise.all(
    [older, oldest, older].map((id, i) =>
      writeRun(store, runKey(tableId, `${id}-01234567-${i}`), 'base', [change(1, 'one')]),
    ),
  );
  expect(findOldestRun(manifestOf(runs))).toBe(oldest);
  expect(findOldestRun(manifestOf([]))).toBe(snapshotId);
});

describe('a manifest', () => {
  it('is read back as it was published, with the checksum of its stored bytes', async () => {
    const store = createMemoryStore();
    const manifest = manifestOf([await writeRun(store, runKey(tableId, 'r'), 'base', [change(1, 'one')])]);
    expect(await publishManifest(store, manifest)).toBe('stored');
    const sha256 = createHash('sha256')
      .update(await store.get(place))
      .digest('hex');
    expect(await readManifest(store, tableId, snapshotId)).toEqual({ manifest, sha256 });
    expect(await readManifest(store, tableId, snapshotId, sha256)).toEqual({ manifest, sha256 });
    expect(await findManifest(store, tableId, snapshotId, trust)).toEqual({ manifest, sha256 });
  });

  it('is one zstd frame of JSON under the key that docs/format.md states', async () => {
    const store = createMemoryStore();
    await publishManifest(store, manifestOf([]));
    expect([...store.objects.keys()]).toEqual([place]);
    expect(buildManifestKey(tableId, snapshotId)).toBe(place);
    expect(runKey(tableId, `${snapshotId}-01234567-0.0`)).toBe(
      `tables/table-1/runs/${snapshotId}-01234567-0.0.zst`,
    );
    const json = zstdDecompressSync(await store.get(place)).toString();
    expect(JSON.parse(json)).toEqual(manifestOf([]));
  });

  it('is published only once, and equal manifests are equal bytes', async () => {
    const [store, other] = [createMemoryStore(), createMemoryStore()];
    await publishManifest(store, manifestOf([]));
    await publishManifest(other, manifestOf([]));
    expect(store.objects).toEqual(other.objects);
    expect(await publishManifest(store, { ...manifestOf([]), marker: 1 })).toBe('exists');
    expect(store.objects).toEqual(other.objects);
  });
});

describe('finding a manifest', () => {
  it('has its checksum checked before it is decoded', async () => {
    const store = createMemoryStore();
    await store.put(place, Buffer.from('not a manifest'));
    const refused = new TidemarkError('AccessDenied', 'not this one');
    const check = vi.fn<(sha256: string) => Promise<void>>(() => Promise.reject(refused));
    await expect(findManifest(store, tableId, snapshotId, check)).rejects.toBe(refused);
    expect(check).toHaveBeenCalledExactlyOnceWith(hash('sha256', 'not a manifest', 'hex'));
  });
});

describe('reading a manifest', () => {
  it('throws SnapshotCorrupt if the manifest is missing, for which findManifest returns undefined', async () => {
    const store = createMemoryStore();
    await expect(readManifest(store, tableId, snapshotId)).rejects.toMatchObject(corrupt);
    expect(await findManifest(store, tableId, snapshotId, trust)).toBeUndefined();
  });

  it.each([
    ['the manifest of another snapshot', { ...manifestOf([]), id: createBackupId(1, '00000000') }],
    ['an earlier version', { ...manifestOf([]), version: 1 }],
    ['a later version', { ...manifestOf([]), version: 3 }],
    ['a hash key that is none', { ...manifestOf([]), hashKey: '00' }],
    ['another format', { ...manifestOf([]), format: 'other' }],
    ['JSON null', null],
    ['a JSON string', 'tidemark-snapshot'],
  ])('throws SnapshotCorrupt for %s', async (_name, content) => {
    const store = createMemoryStore();
    await store.put(place, zstdCompressSync(JSON.stringify(content)));
    await expect(readManifest(store, tableId, snapshotId)).rejects.toMatchObject(corrupt);
    await expect(findManifest(store, tableId, snapshotId, trust)).rejects.toMatchObject(corrupt);
  });

  it.each([
    ['not JSON', zstdCompressSync('{"format":')],
    ['not compressed', Buffer.from('{}')],
    ['empty', Buffer.alloc(0)],
  ])('throws SnapshotCorrupt for bytes that are %s', async (_name, bytes) => {
    const store = createMemoryStore();
    await store.put(place, bytes);
    await expect(readManifest(store, tableId, snapshotId)).rejects.toMatchObject(corrupt);
    await expect(findManifest(store, tableId, snapshotId, trust)).rejects.toMatchObject(corrupt);
  });

  it('throws SnapshotCorrupt for a sound manifest whose checksum is not the one in the catalog', async () => {
    const store = createMemoryStore();
    await publishManifest(store, manifestOf([]));
    await expect(readManifest(store, tableId, snapshotId, '0'.repeat(64))).rejects.toMatchObject(corrupt);
  });

  it('throws the store’s own error if the store refuses the read', async () => {
    const denied = new TidemarkError('AccessDenied', 'not now');
    const store: ObjectStore = { ...createMemoryStore(), get: () => Promise.reject(denied) };
    await expect(readManifest(store, tableId, snapshotId)).rejects.toBe(denied);
    await expect(findManifest(store, tableId, snapshotId, trust)).rejects.toBe(denied);
  });
});

describe('the key attributes of a table description', () => {
  const hash = { AttributeName: 'a', KeyType: 'HASH' as const };
  const range = { AttributeName: 'b', KeyType: 'RANGE' as const };

  it.each([
    ['only a partition key', [hash], ['a']],
    ['a partition key and a sort key', [hash, range], ['a', 'b']],
    ['the sort key listed first', [range, hash], ['a', 'b']],
  ])('are listed with the partition key first: %s', (_name, keySchema, names) => {
    expect(keyNamesOf({ keySchema })).toEqual(names);
  });

  it('throw SnapshotCorrupt without a partition key', () => {
    expect(() => keyNamesOf({ keySchema: [range] })).toThrow(expect.objectContaining(corrupt));
  });
});
