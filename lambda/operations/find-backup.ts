import { backupArnOf, type BackupKey, checkBackupPlace, buildSiblingTableArn } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { isCovered } from '../model/table-patterns.ts';
import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import { reportDamage } from '../services/note-damage.ts';
import type { ReadServices, RequestServices } from '../services/operation-services.ts';
import { type Manifest, readManifest } from '../snapshot/format/manifest.ts';
import type { ObjectStore } from '../storage/object-store.ts';

/*
 * The checks of the backup that a request names:
 *
 *   findBackup          callers may see it: it is not deleted, and not for Tidemark's own use
 *   checkNotNative      Tidemark keeps it, not DynamoDB
 *   checkRestorable     a table can be restored from it
 *   findReadableBackup  its snapshot can be read
 */

/**
 * Finds a backup's record, also if the backup failed, and with `includeDeleted` even if it was deleted. If the catalog has no
 * record, it looks for a backup of DynamoDB that Tidemark has not requested. Throws `BackupNotFound`, also for a deleted or
 * an internal backup; `AccessDenied` or `Validation` for an ARN of another account or region.
 */
export async function findBackup(
  { catalog, config, native }: Pick<RequestServices, 'catalog' | 'config' | 'native'>,
  { includeDeleted = false, ...key }: BackupKey & { readonly includeDeleted?: boolean },
): Promise<BackupRecord> {
  if (key.arn !== undefined) checkBackupPlace(config.catalogArn, key.arn);
  const recorded = await catalog.backups.get(key);
  const backup = recorded ?? (await findForeign({ config, native }, key));
  const isVisible = backup?.internal === false && (includeDeleted || backup.status !== 'DELETED');
  if (isVisible) return backup;
  throw new TidemarkError(
    'BackupNotFound',
    `Backup not found: ${backup?.arn ?? backupArnOf(key.table, key.id)}`,
  );
}

/** DynamoDB ignores the region of the request's ARN: the backup is one of this region. */
async function findForeign(
  { config, native }: Pick<RequestServices, 'config' | 'native'>,
  { table, id }: BackupKey,
): Promise<BackupRecord | undefined> {
  const tableArn = buildSiblingTableArn(config.catalogArn, table);
  // Tidemark has no right to another table's backups.
  if (!isCovered(config.tables, tableArn)) return undefined;
  return native.describeForeign(backupArnOf(tableArn, id));
}

/** True for one of DynamoDB's own backups that Tidemark has not requested: its ARN is DynamoDB's. */
export function isForeign({ arn, nativeArn }: BackupRecord): boolean {
  return arn === nativeArn;
}

/** Throws `Validation` for one of DynamoDB's own backups. `advice`, which ends the message, says what the caller can do instead. */
export function checkNotNative({ source, arn }: BackupRecord, advice: string): void {
  if (source === 'native') {
    throw new TidemarkError('Validation', `DynamoDB keeps the backup ${arn}: ${advice}`);
  }
}

/** Throws `BackupNotFound` for a failed backup, `BackupNotAvailable` for a backup that is being created. */
export function checkRestorable({ arn, status }: BackupRecord): void {
  if (status === 'FAILED') throw new TidemarkError('BackupNotFound', `Backup not found: ${arn}`);
  if (status !== 'AVAILABLE') {
    throw new TidemarkError('BackupNotAvailable', `Backup is not available yet: ${arn}`);
  }
}

/** A backup with a snapshot, and the facts that are needed to read its manifest. */
export interface ReadableBackup {
  readonly backup: BackupRecord;
  readonly tableId: string;
  readonly manifestSha256: string;
}

/**
 * Finds a backup whose snapshot can be read. Throws `BackupNotFound` if there is none or if it failed (the message
 * then has the reason), `BackupInUse` while it is being created, and `Validation` for one of DynamoDB's own backups.
 */
export async function findReadableBackup(
  services: Pick<ReadServices, 'catalog' | 'config' | 'native'>,
  key: BackupKey,
): Promise<ReadableBackup> {
  const { snapshots } = services.catalog;
  const [backup, first] = await Promise.all([findBackup(services, key), snapshots.get(key)]);
  checkNotNative(backup, 'restore it to see its items');
  if (backup.status === 'CREATING')
    throw new TidemarkError('BackupInUse', `Backup is being created: ${backup.arn}`);
  if (backup.status === 'FAILED')
    throw new TidemarkError(
      'BackupNotFound',
      `Backup not found: ${backup.arn} (it failed: ${backup.reason})`,
    );
  // The two reads ran concurrently: the backup may have been committed after the snapshot was read.
  const snapshot = first ?? (await snapshots.get(key));
  if (snapshot === undefined) {
    // The backup was deleted and swept since its record was read: this throws.
    await findBackup(services, key);
    throw new TidemarkError('Internal', 'the backup has no snapshot');
  }
  return { backup, tableId: snapshot.tableId, manifestSha256: snapshot.manifestSha256 };
}

/** Reads a backup's manifest. Throws `SnapshotCorrupt` if the object is not the manifest that was committed. */
export async function readBackupManifest(
  store: ObjectStore,
  { backup, tableId, manifestSha256 }: ReadableBackup,
): Promise<Manifest> {
  return (await readManifest(store, tableId, backup.id, manifestSha256)).manifest;
}

/**
 * Runs `read`. Reading pins nothing: if it fails because one of the backups was deleted in the meantime, throws
 * `BackupNotFound` instead of `SnapshotCorrupt`. Otherwise reports the damage.
 */
export async function readUnlessDeleted<T>(
  services: Pick<ReadServices, 'catalog' | 'clock' | 'config' | 'log' | 'native' | 'reportDamage'>,
  backups: readonly BackupKey[],
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isError(error, 'SnapshotCorrupt')) throw error;
    for (const key of backups) await findBackup(services, key);
    const damage = { reason: reasonOf(error), object: error.object };
    for (const key of backups)
      await reportDamage(services, { backup: { table: key.table, id: key.id }, damage });
    throw error;
  }
}
