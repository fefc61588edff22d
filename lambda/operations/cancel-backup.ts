import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { findBackup } from './find-backup.ts';

export interface CancelBackupInput extends BackupKey {
  /** The caller's ARN. It is part of the reason on the record. */
  readonly requestedBy?: string;
}

/**
 * Cancels a backup that waits for its table's turn: it is FAILED from then on. A repeat returns the cancelled backup. A
 * backup that is being made is not stopped: its steps may run on several machines, and its execution ends in minutes.
 *
 * Throws `BackupNotFound`, `BackupInUse` for a backup that is being made, and `Validation` for one that has ended or that
 * DynamoDB makes.
 */
export async function cancelBackup(
  services: Pick<RequestServices, 'catalog' | 'native' | 'config'>,
  { table, id, requestedBy }: CancelBackupInput,
): Promise<BackupRecord> {
  const backup = await findBackup(services, { table, id });
  checkWaits(backup);
  if (backup.status === 'CREATING') {
    const reason = `Cancelled by ${requestedBy ?? 'a caller'}`;
    if (await services.catalog.turns.cancel({ table, sink: backup.sink, backup: id }, reason))
      return { ...backup, status: 'FAILED', reason, cancelled: true };
  }
  return explainRefusal(await findBackup(services, { table, id }));
}

/** Throws `Validation` for a backup that never waits for a turn, or that no caller has requested. */
function checkWaits({ arn, source, type }: BackupRecord): void {
  if (source === 'native')
    throw new TidemarkError(
      'Validation',
      `DynamoDB makes the backup ${arn}, at once: it cannot be cancelled`,
    );
  if (type === 'SYSTEM')
    throw new TidemarkError(
      'Validation',
      `The backup ${arn} is kept of a deleted table: it cannot be cancelled`,
    );
}

/** Returns a backup that was cancelled before. Throws why another one cannot be cancelled. */
function explainRefusal(backup: BackupRecord): BackupRecord {
  const { arn, status, cancelled } = backup;
  if (status === 'CREATING')
    throw new TidemarkError(
      'BackupInUse',
      `Backup is being made already. Delete it when it has ended: ${arn}`,
    );
  if (status === 'FAILED' && cancelled === true) return backup;
  throw new TidemarkError('Validation', `The backup ${arn} has ended as ${status}: delete it instead`);
}
