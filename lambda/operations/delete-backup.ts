import type { Deletion } from '../catalog/snapshots.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native-backup.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findBackup, isForeign } from './find-backup.ts';
import { settleNativeBackup } from './settle-native-backup.ts';

export interface DeleteBackupInput extends BackupKey {
  /** The key that all attempts of one call share: repeats get the answer of the first one. */
  readonly requestKey?: string;
  /** The caller's ARN. The record keeps it. */
  readonly requestedBy?: string;
}

/**
 * Deletes a backup. Throws `BackupNotFound`, `BackupInUse` while the backup is being created or restored, and `Validation` for
 * a system backup, which only expires.
 */
export async function deleteBackup(
  services: NativeServices,
  { requestKey, requestedBy, ...key }: DeleteBackupInput,
): Promise<BackupRecord> {
  const backup = await findSettled(services, key).catch((error: unknown) =>
    findDeletedBefore(services, key, requestKey, error),
  );
  if (backup.status === 'DELETED') return backup;
  if (backup.type === 'SYSTEM') {
    const expiry = new Date(backup.expiresAt ?? 0).toISOString().replace(/\.\d{3}Z$/, 'Z');
    throw new TidemarkError(
      'Validation',
      `Invalid Request: User is not allowed to delete the system backup with arn ${backup.arn}. It will automatically expire on ${expiry}`,
    );
  }
  if (isForeign(backup)) {
    throw new TidemarkError(
      'Validation',
      `Tidemark did not make the backup ${backup.arn}: delete it where it was made, at DynamoDB or AWS Backup`,
    );
  }
  if (backup.status === 'CREATING') {
    throw new TidemarkError('BackupInUse', `Backup is being created: ${backup.arn}`);
  }
  await endBackup(services, backup, {
    ...(requestedBy !== undefined && { deletedBy: requestedBy }),
    ...(requestKey !== undefined && { deletedFor: requestKey }),
  });
  return backup;
}

/** Finds the backup. If its record says that a native backup is CREATING, first updates the record from DynamoDB. */
async function findSettled(services: NativeServices, key: BackupKey): Promise<BackupRecord> {
  const backup = await findBackup(services, key);
  // If DynamoDB was asked twice for this backup, leave it to the reconciler: it must first look for the second copy with
  // ListBackups, and not every caller may list.
  if (backup.attempts > 1 || isForeign(backup)) return backup;
  return (await settleNativeBackup(services, backup)) ? findBackup(services, key) : backup;
}

/** Returns the backup if an earlier attempt of the same request deleted it; else throws `error`. */
async function findDeletedBefore(
  { catalog }: NativeServices,
  key: BackupKey,
  requestKey: string | undefined,
  error: unknown,
): Promise<BackupRecord> {
  if (requestKey === undefined || !isError(error, 'BackupNotFound')) throw error;
  const backup = await catalog.backups.get(key);
  if (backup?.status !== 'DELETED' || backup.deletedFor !== requestKey) throw error;
  return backup;
}

/**
 * Deletes a backup that is AVAILABLE or FAILED: DynamoDB's own backup first, then the record. Throws `BackupInUse`,
 * `BackupNotFound`.
 */
export async function endBackup(
  { catalog, native }: Pick<Services, 'catalog' | 'native'>,
  backup: BackupRecord,
  deletion: Deletion = {},
): Promise<void> {
  if (backup.nativeArn !== undefined) await native.delete(backup.nativeArn);
  await catalog.snapshots.deleteBackup(backup, deletion);
}
