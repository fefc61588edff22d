import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { describeBackup } from './describe-backup.ts';

export interface DeleteBackupInput extends BackupKey {
  /** Of one call's attempts: the second gets the first one's answer. */
  readonly requestKey?: string;
}

/** Ends a backup. Throws `BackupNotFound`, and `BackupInUse` while it is being created or restored. */
export async function deleteBackup(
  services: NativeServices,
  { requestKey, ...key }: DeleteBackupInput,
): Promise<BackupRecord> {
  const backup = await describeBackup(services, key).catch((error: unknown) =>
    deletedBefore(services, key, requestKey, error),
  );
  if (backup.status === 'DELETED') return backup;
  if (backup.status === 'CREATING') {
    throw new TidemarkError('BackupInUse', `Backup is being created: ${backup.arn}`);
  }
  await endBackup(services, backup, requestKey);
  return backup;
}

/** The backup if this same request has deleted it; else throws what was found instead. */
async function deletedBefore(
  { catalog }: NativeServices,
  key: BackupKey,
  requestKey: string | undefined,
  error: unknown,
): Promise<BackupRecord> {
  if (requestKey === undefined || !isError(error, 'BackupNotFound')) throw error;
  const backup = await catalog.backups.get(key);
  if (backup?.status !== 'DELETED' || backup.deletedBy !== requestKey) throw error;
  return backup;
}

/** Ends a backup that is AVAILABLE or FAILED, DynamoDB's before its record. Throws `BackupInUse`, `BackupNotFound`. */
export async function endBackup(
  { catalog, native }: Pick<Services, 'catalog' | 'native'>,
  backup: BackupRecord,
  requestKey?: string,
): Promise<void> {
  if (backup.nativeArn !== undefined) await native.delete(backup.nativeArn);
  await catalog.snapshots.deleteBackup(backup, requestKey);
}
