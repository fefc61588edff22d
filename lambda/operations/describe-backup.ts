import { backupArnOf, type BackupKey } from '../catalog/backup-arn.ts';
import type { BackupRecord } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from './operations.ts';

/**
 * Throws `BackupNotFound`, also for a deleted backup, and `AccessDenied` if the backup that was asked for is another
 * account's or region's. A failed one is there, with its reason.
 */
export async function describeBackup(
  services: Pick<RequestServices, 'catalog'>,
  key: BackupKey,
): Promise<BackupRecord> {
  const backup = await services.catalog.backups.get(key);
  if (backup !== undefined && backup.status !== 'DELETED') {
    if ((key.arn ?? backup.arn) !== backup.arn) throw new TidemarkError('AccessDenied', 'Access is denied');
    return backup;
  }
  throw new TidemarkError(
    'BackupNotFound',
    `Backup not found: ${backup?.arn ?? backupArnOf(key.table, key.id)}`,
  );
}
