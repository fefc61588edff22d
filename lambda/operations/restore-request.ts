import { targetInUseError } from '../catalog/restore-errors.ts';
import { createRestoreJob } from '../jobs/job.ts';
import { type BackupKey, isSameRegion } from '../model/backup-arn.ts';
import type { BackupRecord, RestoreRecord } from '../model/records.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';
import type { StartedRestore } from '../native/recovery.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { describeBackup } from './describe-backup.ts';
import { checkRestorable } from './find-backup.ts';
import { findTableState, isRunning } from './table-state.ts';

/** The common part of the operations that restore tables. */

export interface RestoreTableInput {
  readonly backup: BackupKey;
  /** The name of the table to create. */
  readonly target: string;
  readonly overrides?: RestoreOverrides;
  readonly requestedBy?: string;
  /** The key that all attempts of one call share: repeats get the restore of the first one. */
  readonly requestKey?: string;
}

/** One attempt of a request to restore. `source`: the name of the table whose content is restored. */
type RestoreAttempt = Pick<RestoreTableInput, 'target' | 'requestKey'> & { readonly source: string };

/** The backup that a request restores. `conflict`: the error to throw if the name of the target is taken. */
interface RestoreRequest {
  readonly backup: BackupRecord;
  readonly conflict: TidemarkError | undefined;
}

/**
 * Finds the backup, and the conflict if the target's name is taken. Throws `BackupNotFound`, `BackupNotAvailable`, and
 * `Validation` for an ARN of another region without `sse`; the caller throws the conflict, after its other checks.
 */
export async function readRestoreRequest(
  services: RequestServices,
  { backup: key, target, overrides }: Pick<RestoreTableInput, 'backup' | 'target' | 'overrides'>,
): Promise<RestoreRequest> {
  const [backup, conflict] = await Promise.all([
    describeBackup(services, key),
    findConflict(services, target),
  ]);
  checkRestorable(backup);
  if (overrides?.sse === undefined && !isSameRegion(key.arn ?? '', services.config.catalogArn)) {
    throw new TidemarkError(
      'Validation',
      'Invalid Request: sseSpecificationOverride must be provided for cross-region restores',
    );
  }
  return { backup, conflict };
}

/** Throws `TableInUse` if a restore is creating a table of this name, `TableAlreadyExists` if there is one. */
export async function checkTarget(services: RequestServices, target: string): Promise<void> {
  const conflict = await findConflict(services, target);
  if (conflict !== undefined) throw conflict;
}

async function findConflict(services: RequestServices, target: string): Promise<TidemarkError | undefined> {
  const { table, restore } = await findTableState(services, target);
  if (isRunning(restore)) return targetInUseError(target, restore);
  if (table === undefined) return undefined;
  return new TidemarkError('TableAlreadyExists', `Table already exists: ${target}`);
}

/**
 * Runs `start`. If an earlier attempt of the same request has taken the target's name, returns the restore of that attempt.
 * A request with the same key but another source is another request: its caller may have no right to the first source.
 */
export async function startOnce(
  { catalog }: Pick<RequestServices, 'catalog'>,
  { source, target, requestKey }: RestoreAttempt,
  start: () => Promise<StartedRestore>,
): Promise<StartedRestore> {
  try {
    return await start();
  } catch (error) {
    const isTaken = isError(error, 'TableInUse') || isError(error, 'TableAlreadyExists');
    if (!isTaken || requestKey === undefined) throw error;
    const restore = await catalog.restores.get(target);
    if (restore?.requestKey !== requestKey || restore.source.name !== source) throw error;
    return { restore };
  }
}

/** Starts the execution. If that fails, the reconciler finds the record without an execution and starts one. */
export async function startRestore(
  services: RequestServices,
  { target, id, sink }: RestoreRecord,
): Promise<void> {
  try {
    await services.executions.start(createRestoreJob(target, id, id, sink));
  } catch (error) {
    services.log.error('restore not started: the reconciler will start it', {
      restore: id,
      error: String(error),
    });
  }
}
