import { backupArnOf, type BackupKey, checkSameAccount } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { NativeServices } from './request-native.ts';
import { settle } from './settle-native.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

/**
 * A backup as callers see it. Throws `BackupNotFound`, also for a deleted one and for one that Tidemark made for its own
 * use, and `AccessDenied` if the backup that was asked for is another account's or region's. A failed one is there, with
 * its reason. DynamoDB is asked about a backup of its own that is CREATING.
 */
export async function describeBackup(services: NativeServices, key: BackupKey): Promise<BackupRecord> {
  const backup = await findBackup(services, key);
  // Of one that was asked for twice the reconciler looks for the second first: lists are not for every caller.
  if (backup.attempts > 1) return backup;
  return (await settle(services, backup)) ? findBackup(services, key) : backup;
}

/** The same as it is on the record. */
export async function findBackup(
  services: Pick<RequestServices, 'catalog' | 'config'>,
  key: BackupKey,
): Promise<BackupRecord> {
  if (key.arn !== undefined) checkSameAccount(services.config.catalogArn, key.arn);
  const backup = await services.catalog.backups.get(key);
  if (backup !== undefined && backup.status !== 'DELETED' && !backup.internal) return backup;
  throw new TidemarkError(
    'BackupNotFound',
    `Backup not found: ${backup?.arn ?? backupArnOf(key.table, key.id)}`,
  );
}
