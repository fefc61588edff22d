import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { findBackup } from './find-backup.ts';
import type { NativeServices } from './request-native-backup.ts';
import { describeNativeBackup } from './settle-native-backup.ts';

export interface DescribeBackupInput extends BackupKey {
  /** Finds a deleted backup too, with who deleted it. */
  readonly includeDeleted?: boolean;
}

/**
 * Finds a backup, as `findBackup` does. For one of DynamoDB's own that is CREATING, also asks DynamoDB whether it is
 * AVAILABLE. The record is not changed, because a caller who may describe a backup may lack the right to
 * write records. The reconciler records the new status within minutes.
 */
export async function describeBackup(
  services: NativeServices,
  key: DescribeBackupInput,
): Promise<BackupRecord> {
  const backup = await findBackup(services, key);
  // If DynamoDB was asked twice for this backup, the reconciler must first look for the second copy.
  if (backup.attempts > 1) return backup;
  return describeNativeBackup(services, backup);
}
