import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { findBackup } from './find-backup.ts';
import type { NativeServices } from './request-native-backup.ts';
import { settleNativeBackup } from './settle-native-backup.ts';

/**
 * Finds a backup, as `findBackup` does. For one of DynamoDB's own that is CREATING, first asks DynamoDB for its state and
 * updates the record.
 */
export async function describeBackup(services: NativeServices, key: BackupKey): Promise<BackupRecord> {
  const backup = await findBackup(services, key);
  // If DynamoDB was asked twice for this backup, leave it to the reconciler: it must first look for the second copy with
  // ListBackups, and not every caller may list.
  if (backup.attempts > 1) return backup;
  return (await settleNativeBackup(services, backup)) ? findBackup(services, key) : backup;
}
