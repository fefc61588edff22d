import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { type Manifest, readManifest } from '../snapshot/format/manifest.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { findBackup } from './describe-backup.ts';
import { checkOurs } from './our-backup.ts';
import type { ReadServices } from '../services/operation-services.ts';

/** A backup of which there is a snapshot, and what it takes to read its manifest. */
export interface ReadableBackup {
  readonly backup: BackupRecord;
  readonly tableId: string;
  readonly manifestSha256: string;
}

/**
 * Throws `BackupNotFound`, for a failed backup with its reason, `BackupInUse` while it is being created, and `Validation`
 * for one of DynamoDB's own.
 */
export async function readableBackup(
  services: Pick<ReadServices, 'catalog' | 'config'>,
  key: BackupKey,
): Promise<ReadableBackup> {
  const [backup, found] = await Promise.all([findBackup(services, key), services.catalog.snapshots.get(key)]);
  checkOurs(backup, 'restore it to look inside');
  if (backup.status === 'CREATING')
    throw new TidemarkError('BackupInUse', `Backup is being created: ${backup.arn}`);
  if (backup.status === 'FAILED')
    throw new TidemarkError(
      'BackupNotFound',
      `Backup not found: ${backup.arn} (it failed: ${backup.reason})`,
    );
  // Both were read at once: it may have been committed in between.
  const snapshot = found ?? (await services.catalog.snapshots.get(key));
  if (snapshot === undefined) {
    // Deleted meanwhile, and swept.
    await findBackup(services, key);
    throw new TidemarkError('Internal', 'the backup has no snapshot');
  }
  return { backup, tableId: snapshot.tableId, manifestSha256: snapshot.manifestSha256 };
}

/** Throws `SnapshotCorrupt` if it is not the manifest that was committed. */
export async function manifestOf(
  store: ObjectStore,
  { backup, tableId, manifestSha256 }: ReadableBackup,
): Promise<Manifest> {
  return (await readManifest(store, tableId, backup.id, manifestSha256)).manifest;
}

/** Reading pins nothing: if it failed because a backup was deleted meanwhile, that is what is told. */
export async function unlessDeleted<T>(
  services: Pick<ReadServices, 'catalog' | 'config'>,
  backups: readonly BackupKey[],
  reading: () => Promise<T>,
): Promise<T> {
  try {
    return await reading();
  } catch (error) {
    if (isError(error, 'SnapshotCorrupt')) for (const key of backups) await findBackup(services, key);
    throw error;
  }
}
