import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { describeBackup } from './describe-backup.ts';

/** A backup that a table can be made of. Throws as `checkRestorable`, and `BackupNotFound`. */
export async function restorableBackup(services: NativeServices, key: BackupKey): Promise<BackupRecord> {
  const backup = await describeBackup(services, key);
  checkRestorable(backup);
  return backup;
}

/** Throws `BackupNotFound` for a failed backup, `BackupNotAvailable` for one that is being created. */
export function checkRestorable({ arn, status }: BackupRecord): void {
  if (status === 'FAILED') throw new TidemarkError('BackupNotFound', `Backup not found: ${arn}`);
  if (status !== 'AVAILABLE') {
    throw new TidemarkError('BackupNotAvailable', `Backup is not available yet: ${arn}`);
  }
}
