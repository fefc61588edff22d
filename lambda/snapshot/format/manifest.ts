import type { BackupId, Kind, Source, TableDescription, TableIdentity } from '../../model/records.ts';
import type { KeyNames } from '../../item/attribute-value.ts';
import { isError } from '../../runtime/errors.ts';
import type { ObjectStore, PutOutcome } from '../../storage/object-store.ts';
import type { Content } from './content.ts';
import type { IndexPlace } from './frame-index.ts';
import { compressFrame, corruptError, decompressJson, sha256Hex } from './frame.ts';
import type { HexRange } from './hash-range.ts';
import type { RunKind } from './line.ts';

/** Where a snapshot ends in a stream: for each shard the last sequence number applied, or "start" (none of it). */
export interface StreamCut {
  readonly stream: string;
  readonly shards: Readonly<Record<string, string>>;
}

/** Where a snapshot ends: in a stream, or with an export of a time (epoch ms). */
export type Cut = StreamCut | { readonly exportTime: number };

/** A run as a snapshot refers to it. */
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
  /** The part of the hash space that the run was written for. */
  readonly written: HexRange;
}

/** The object that defines a snapshot: docs/format.md, section 5. It holds no time of its own making. */
export interface Manifest extends Content {
  readonly format: 'tidemark-snapshot';
  readonly version: 1;
  readonly id: BackupId;
  /** The snapshot that the changes were applied to. */
  readonly parent: BackupId | null;
  /** The last full snapshot on the way here: this one, if it is full. */
  readonly base: BackupId;
  readonly kind: Kind;
  readonly source: Source;
  readonly marker: number;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  readonly cut: Cut;
  readonly runs: readonly RunRef[];
  readonly partitions: readonly Content[];
  readonly copied: { readonly bytes: number; readonly files: number; readonly records: number };
}

export function manifestKey(tableId: string, snapshot: BackupId): string {
  return `tables/${tableId}/snapshots/${snapshot}/manifest.json.zst`;
}

export function runKey(tableId: string, name: string): string {
  return `tables/${tableId}/runs/${name}.zst`;
}

/** The names of the key attributes, partition key first. */
export function keyNamesOf(description: Pick<TableDescription, 'keySchema'>): KeyNames {
  const named = (type: string) =>
    description.keySchema.find((element) => element.KeyType === type)?.AttributeName;
  const hash = named('HASH');
  const range = named('RANGE');
  if (hash === undefined) throw corruptError('a table description has no partition key');
  return range === undefined ? [hash] : [hash, range];
}

/** Publishes the manifest if its place is free. Equal manifests are equal bytes. */
export async function publishManifest(store: ObjectStore, manifest: Manifest): Promise<PutOutcome> {
  const bytes = compressFrame(Buffer.from(JSON.stringify(manifest)));
  return store.put(manifestKey(manifest.table.tableId, manifest.id), bytes, { ifAbsent: true });
}

export interface StoredManifest {
  readonly manifest: Manifest;
  /** Of the stored bytes; the catalog keeps it, so that the manifest can be trusted by itself. */
  readonly sha256: string;
}

/**
 * Reads a snapshot's manifest. `sha256` is what the catalog kept (absent only before it is committed).
 * Throws `SnapshotCorrupt` if it is missing, damaged, of another snapshot or of an unknown version.
 */
export async function readManifest(
  store: ObjectStore,
  tableId: string,
  snapshot: BackupId,
  sha256?: string,
): Promise<StoredManifest> {
  const key = manifestKey(tableId, snapshot);
  const bytes = await store.get(key).catch((cause: unknown) => {
    throw isError(cause, 'ObjectNotFound') ? corruptError(`${key}: missing`, cause) : cause;
  });
  const manifest = decompressJson(bytes, sha256 ?? sha256Hex(bytes), key) as Manifest | null;
  const known = manifest?.format === 'tidemark-snapshot' && manifest.version === 1;
  if (!known || !Array.isArray(manifest.runs) || !Array.isArray(manifest.partitions)) {
    throw corruptError(`${key}: unknown format`);
  }
  if (manifest.id !== snapshot) throw corruptError(`${key}: manifest of another snapshot`);
  return { manifest, sha256: sha256Hex(bytes) };
}

/** The manifest if it was published, for a step that may be repeating one. */
export async function findManifest(
  store: ObjectStore,
  tableId: string,
  snapshot: BackupId,
): Promise<StoredManifest | undefined> {
  try {
    return await readManifest(store, tableId, snapshot);
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt') && isError(error.cause, 'ObjectNotFound')) return undefined;
    throw error;
  }
}
