import type { BackupKey } from '../catalog/backup-arn.ts';
import type { BackupRecord, RestoreRecord } from '../catalog/records.ts';
import { inUseBy } from '../catalog/restores.ts';
import { type RestoreOverrides, targetDescription } from '../restore/target-description.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../sources/table.ts';
import { describeBackup } from './describe-backup.ts';
import type { RequestServices } from './operations.ts';

export interface RestoreTableInput {
  readonly backup: BackupKey;
  /** The name of the table to make. */
  readonly target: string;
  readonly overrides?: RestoreOverrides;
  readonly requestedBy?: string;
}

/**
 * Starts the restore of a backup into a new table; other restores may read the same backup meanwhile.
 * Throws, in this order, `BackupNotFound`, `BackupNotAvailable`, `Validation` (an override that does not fit),
 * `TableInUse` (it is being restored already), `TableAlreadyExists`, `LimitExceeded`.
 */
export async function restoreTable(
  services: RequestServices,
  { backup: key, target, overrides = {}, requestedBy }: RestoreTableInput,
): Promise<{ restore: RestoreRecord }> {
  const [backup, taken] = await Promise.all([describeBackup(services, key), whyTaken(services, target)]);
  checkRestorable(backup);
  const description = targetDescription(backup.description, overrides);
  if (taken !== undefined) throw taken;
  const restore = await services.catalog.restores.create({
    backup,
    target,
    description,
    ...(requestedBy !== undefined && { requestedBy }),
  });
  await startRestore(services, restore);
  return { restore };
}

/** Throws `TableInUse` if a restore makes a table of that name, `TableAlreadyExists` if there is one. */
export async function checkTarget(services: RequestServices, target: string): Promise<void> {
  const taken = await whyTaken(services, target);
  if (taken !== undefined) throw taken;
}

/** A start that fails leaves a cataloged restore without an execution: the reconciler finds and starts it. */
export async function startRestore(services: RequestServices, { target, id }: RestoreRecord): Promise<void> {
  try {
    await services.executions.start('restore', { table: target, id, execution: id, round: 0 });
  } catch (error) {
    services.log.error('restore not started, left to the reconciler', { restore: id, error: String(error) });
  }
}

async function whyTaken(services: RequestServices, target: string): Promise<TidemarkError | undefined> {
  const [existing, latest] = await Promise.all([
    findTable(services.dynamodb, target),
    services.catalog.restores.get(target),
  ]);
  if (latest?.status === 'RESTORING') return inUseBy(target, latest);
  if (existing === undefined) return undefined;
  return new TidemarkError('TableAlreadyExists', `Table already exists: ${target}`);
}

function checkRestorable({ arn, status }: BackupRecord): void {
  if (status === 'FAILED') throw new TidemarkError('BackupNotFound', `Backup not found: ${arn}`);
  if (status !== 'AVAILABLE') {
    throw new TidemarkError('BackupNotAvailable', `Backup is not available yet: ${arn}`);
  }
}
