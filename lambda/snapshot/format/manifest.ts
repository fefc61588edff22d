/*
 * The room `format/`: the parts of a stored snapshot. docs/format.md describes them byte for byte.
 *
 *   manifest ── runs ──────> file of a run: | frame | frame | frame | index |
 *      │                       frame: compressed lines, about 1 MiB before compression (frame.ts, line.ts)
 *      │                       index: where each frame begins, in the file and in the order of keys (frame-index.ts)
 *      └─────── partitions ─> number, size and digest of the items in each range of hashes (content.ts)
 *
 * In: sorted entries, or compressed frames of an older run. Out: a file of frames with its index, and a manifest. Always
 * holds: a run is sorted by (key hash, key) and has each key once. Every reference to bytes holds their SHA-256, and
 * readers check it before they decode the bytes. No stored object ever changes.
 */
import type { Kind, Source, TableDescription, TableIdentity } from '../../model/records.ts';
import type { KeyNames } from '../../item/attribute-value.ts';
import { isError, TidemarkError } from '../../runtime/errors.ts';
import type { ObjectStore, PutOutcome } from '../../storage/object-store.ts';
import type { Content } from './content.ts';
import type { IndexPlace } from './frame-index.ts';
import { compressFrame, corruptError, decompressJson, nameObject, sha256Hex } from './frame.ts';
import type { HexRange } from './hash-range.ts';
import type { RunKind } from './line.ts';
import { type BackupId, isBackupId } from '../../model/ids.ts';

/**
 * Where a snapshot ends in a stream: for each shard the last sequence number that was applied, or "start" if none was.
 */
export interface StreamCut {
  readonly stream: string;
  readonly shards: Readonly<Record<string, string>>;
}

/** Where a snapshot ends in the history of changes: in a stream, or with an export of this time (epoch ms). */
export type Cut = StreamCut | { readonly exportTime: number };

/** A snapshot's reference to a run. */
export interface RunRef {
  readonly key: string;
  readonly kind: RunKind;
  readonly bytes: number;
  readonly rawBytes: number;
  readonly records: number;
  readonly tombstones: number;
  readonly index: IndexPlace;
  /** The part of the hash space for which the snapshot refers to the run. */
  readonly range: HexRange;
  /** The part of the hash space for which the run was written. */
  readonly written: HexRange;
}

/** The object that defines a snapshot: docs/format.md, section 5. It does not hold the time at which it was written. */
export interface Manifest extends Content {
  readonly format: 'tidemark-snapshot';
  readonly version: 2;
  readonly id: BackupId;
  /** The snapshot that the changes were applied to; null if there was none. */
  readonly parent: BackupId | null;
  /** The nearest full snapshot among this one and its ancestors. */
  readonly base: BackupId;
  readonly kind: Kind;
  readonly source: Source;
  readonly marker: number;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  /** The key of the key hash, 32 hex digits. All snapshots that share runs have the same one. */
  readonly hashKey: string;
  readonly cut: Cut;
  readonly runs: readonly RunRef[];
  readonly partitions: readonly Content[];
  /** The bytes, files and records that this snapshot added to the store. */
  readonly copied: { readonly bytes: number; readonly files: number; readonly records: number };
}

/** The object key of a snapshot's manifest. */
export function buildManifestKey(tableId: string, snapshot: BackupId): string {
  return `tables/${tableId}/snapshots/${snapshot}/manifest.json.zst`;
}

/** The object key of a run. */
export function runKey(tableId: string, name: string): string {
  return `tables/${tableId}/runs/${name}.zst`;
}

/** Reads the TableId and the backup that wrote the run from a run's key. Undefined for the key of another object. */
export function parseRunKey(
  key: string,
): { readonly tableId: string; readonly backup: BackupId } | undefined {
  const [, tableId, backup] = /^tables\/([^/]+)\/runs\/(\d{14}-[0-9a-f]{8})-[^/]+\.zst$/.exec(key) ?? [];
  return tableId !== undefined && isBackupId(backup) ? { tableId, backup } : undefined;
}

/** Finds the earliest backup that wrote a run to which the snapshot refers. The snapshot's own id if it has no runs. */
export function findOldestRun({ id, runs }: Pick<Manifest, 'id' | 'runs'>): BackupId {
  return runs.reduce((oldest, { key }) => {
    const writer = parseRunKey(key)?.backup;
    if (writer === undefined) throw new TidemarkError('Internal', `${key} is not the key of a run`);
    return writer < oldest ? writer : oldest;
  }, id);
}

/** The names of the key attributes, partition key first. */
export function keyNamesOf(description: Pick<TableDescription, 'keySchema'>): KeyNames {
  const findKeyName = (type: string) =>
    description.keySchema.find((element) => element.KeyType === type)?.AttributeName;
  const hash = findKeyName('HASH');
  const range = findKeyName('RANGE');
  if (hash === undefined) throw corruptError('a table description has no partition key');
  return range === undefined ? [hash] : [hash, range];
}

/**
 * Stores the manifest, unless the snapshot has one already. Equal manifests are equal bytes. `announce` gets their SHA-256
 * before they are stored.
 */
export async function publishManifest(
  store: ObjectStore,
  manifest: Manifest,
  announce: (sha256: string) => Promise<void> = async () => {},
): Promise<PutOutcome> {
  const bytes = compressFrame(Buffer.from(JSON.stringify(manifest)));
  await announce(sha256Hex(bytes));
  return store.put(buildManifestKey(manifest.table.tableId, manifest.id), bytes, { ifAbsent: true });
}

/** A manifest that was read from the store. */
export interface StoredManifest {
  readonly manifest: Manifest;
  /** The SHA-256 of the stored bytes. The catalog holds it, so that readers can check the manifest. */
  readonly sha256: string;
}

/**
 * Reads a snapshot's manifest. `sha256` is the checksum in the catalog; only a snapshot that is not committed has none.
 * Throws `SnapshotCorrupt` if the manifest is missing or damaged, or belongs to another snapshot or an unknown version.
 */
export async function readManifest(
  store: ObjectStore,
  tableId: string,
  snapshot: BackupId,
  sha256?: string,
): Promise<StoredManifest> {
  const key = buildManifestKey(tableId, snapshot);
  try {
    const bytes = await store.get(key).catch((cause: unknown) => {
      throw isError(cause, 'ObjectNotFound') ? corruptError(`${key}: missing`, cause) : cause;
    });
    return decodeManifest(bytes, key, snapshot, sha256);
  } catch (error) {
    throw nameObject(error, key);
  }
}

/** Throws `SnapshotCorrupt`. */
function decodeManifest(
  bytes: Uint8Array,
  key: string,
  snapshot: BackupId,
  sha256: string = sha256Hex(bytes),
): StoredManifest {
  const manifest = decompressJson(bytes, sha256, key) as Manifest | null;
  const known =
    manifest?.format === 'tidemark-snapshot' && manifest.version === 2 && isHashKey(manifest.hashKey);
  if (!known || !Array.isArray(manifest.runs) || !Array.isArray(manifest.partitions)) {
    throw corruptError(`${key}: unknown format`);
  }
  if (manifest.id !== snapshot) throw corruptError(`${key}: the manifest belongs to another snapshot`);
  return { manifest, sha256 };
}

function isHashKey(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}

/**
 * Reads the manifest of a snapshot that is not committed; returns undefined if there is none. A step that may be a repeat
 * calls it. `check` gets the SHA-256 of the stored bytes before they are decoded, and throws if they are not to be trusted.
 * Throws `SnapshotCorrupt`.
 */
export async function findManifest(
  store: ObjectStore,
  tableId: string,
  snapshot: BackupId,
  check: (sha256: string) => Promise<void>,
): Promise<StoredManifest | undefined> {
  const key = buildManifestKey(tableId, snapshot);
  try {
    const bytes = await store.get(key);
    const sha256 = sha256Hex(bytes);
    await check(sha256);
    return decodeManifest(bytes, key, snapshot, sha256);
  } catch (error) {
    if (isError(error, 'ObjectNotFound')) return undefined;
    throw nameObject(error, key);
  }
}
