import type { BackupKey } from '../catalog/backup-arn.ts';
import type { BackupRecord } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { describeBackup } from './describe-backup.ts';
import type { RequestServices } from './operations.ts';

/** Ends a backup. Throws `BackupNotFound`, and `BackupInUse` while it is being created or restored. */
export async function deleteBackup(
  services: Pick<RequestServices, 'catalog'>,
  key: BackupKey,
): Promise<BackupRecord> {
  const backup = await describeBackup(services, key);
  if (backup.status === 'CREATING') {
    throw new TidemarkError('BackupInUse', `Backup is being created: ${backup.arn}`);
  }
  await services.catalog.snapshots.deleteBackup(backup);
  return backup;
}
