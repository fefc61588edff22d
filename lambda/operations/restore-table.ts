import type { BackupKey } from '../catalog/backup-arn.ts';
import type { BackupRecord, RestoreRecord } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../sources/table.ts';
import { describeBackup } from './describe-backup.ts';
import type { RequestServices } from './operations.ts';

export interface RestoreTableInput {
  readonly backup: BackupKey;
  /** The name of the table to make. */
  readonly target: string;
  readonly requestedBy?: string;
}

/**
 * Starts the restore of a backup into a new table.
 * Throws `BackupNotFound`, `BackupNotAvailable`, `TableAlreadyExists`, `TableInUse` (it is being restored already).
 */
export async function restoreTable(
  services: RequestServices,
  { backup: key, target, requestedBy }: RestoreTableInput,
): Promise<{ restore: RestoreRecord; backup: BackupRecord }> {
  const [backup, existing, latest] = await Promise.all([
    describeBackup(services, key),
    findTable(services.dynamodb, target),
    services.catalog.restores.get(target),
  ]);
  if (latest?.status === 'RESTORING') {
    throw new TidemarkError(
      'TableInUse',
      `Table: ${target} is already being restored from backup: ${latest.backupArn}`,
    );
  }
  if (existing !== undefined)
    throw new TidemarkError('TableAlreadyExists', `Table already exists: ${target}`);
  if (backup.status === 'FAILED')
    throw new TidemarkError('BackupNotFound', `Backup not found: ${backup.arn}`);
  if (backup.status !== 'AVAILABLE') {
    throw new TidemarkError('BackupNotAvailable', `Backup is not available yet: ${backup.arn}`);
  }
  const restore = await services.catalog.restores.create(backup, target, requestedBy);
  try {
    await services.executions.start('restore', {
      table: target,
      id: restore.id,
      execution: restore.id,
      round: 0,
    });
  } catch (error) {
    services.log.error('restore not started, left to the reconciler', {
      restore: restore.id,
      error: String(error),
    });
  }
  return { restore, backup };
}
