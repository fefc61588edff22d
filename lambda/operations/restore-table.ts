import { createRestoreJob } from '../jobs/job.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord, RestoreRecord, TableDescription } from '../model/records.ts';
import { maxRunningRestores } from '../catalog/restore-writes.ts';
import { targetInUseError, tooManyRestoresError } from '../catalog/restores.ts';
import type { StartedRestore } from '../native/recovery.ts';
import { planTarget } from '../restore/target-description.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../tables/table.ts';
import { noEstimate, restoreEstimate, type RestoreEstimate } from './estimate-restore.ts';
import { checkOurs } from './our-backup.ts';
import { restorableBackup } from './restorable-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';
import type { RestoreOverrides } from '../model/restore-overrides.ts';

export interface RestoreTableInput {
  readonly backup: BackupKey;
  /** The name of the table to make. */
  readonly target: string;
  readonly overrides?: RestoreOverrides;
  readonly requestedBy?: string;
  /** Of one call's attempts: the second gets the first one's restore. */
  readonly requestKey?: string;
}

/**
 * Starts the restore of a backup into a new table; other restores may read the same backup meanwhile.
 * Throws, in this order, `BackupNotFound`, `BackupNotAvailable`, `Validation` (an override that does not fit),
 * `TableInUse` (it is being restored already), `TableAlreadyExists`, `LimitExceeded`. A backup of DynamoDB's own is
 * restored by DynamoDB, which looks at the overrides last.
 */
export function restoreTable(services: RequestServices, input: RestoreTableInput): Promise<StartedRestore> {
  return orRepeated(services, input, () => startedRestore(services, input));
}

/** Starts it; or, where the target is taken because the same request was here before, gives its restore again. */
export async function orRepeated(
  { catalog }: Pick<RequestServices, 'catalog'>,
  { target, requestKey }: Pick<RestoreTableInput, 'target' | 'requestKey'>,
  start: () => Promise<StartedRestore>,
): Promise<StartedRestore> {
  try {
    return await start();
  } catch (error) {
    const isTaken = isError(error, 'TableInUse') || isError(error, 'TableAlreadyExists');
    if (!isTaken || requestKey === undefined) throw error;
    const restore = await catalog.restores.get(target);
    if (restore?.requestKey !== requestKey) throw error;
    return { restore };
  }
}

async function startedRestore(services: RequestServices, input: RestoreTableInput): Promise<StartedRestore> {
  const { target, overrides = {}, requestedBy, requestKey } = input;
  const asked = {
    target,
    ...(requestedBy !== undefined && { requestedBy }),
    ...(requestKey !== undefined && { requestKey }),
  };
  const found = await looked(services, input);
  const { nativeArn } = found.backup;
  if (nativeArn !== undefined) {
    if (found.taken !== undefined) throw found.taken;
    return { table: await services.native.restore({ ...asked, arn: nativeArn, overrides }) };
  }
  const { backup, description } = checked(found, input);
  const restore = await services.catalog.restores.create({ ...asked, backup, description });
  await startRestore(services, restore);
  return { restore };
}

/** A restore that was looked at and not begun. */
export interface DryRun {
  readonly restore: Pick<
    RestoreRecord,
    'target' | 'backupArn' | 'source' | 'description' | 'contentTime' | 'requestedAt'
  >;
  readonly estimate: RestoreEstimate;
}

/**
 * What `restoreTable` would make, what it would take, and all that it would throw; nothing is made. How many restores run
 * is read from an index that may lag behind, so that `LimitExceeded` may still be what the restore itself throws. Throws
 * `Validation` for a backup of DynamoDB's own.
 */
export async function dryRunRestore(services: RequestServices, input: RestoreTableInput): Promise<DryRun> {
  const found = await looked(services, input);
  checkOurs(found.backup, noEstimate);
  const { backup, description } = checked(found, input);
  if ((await services.catalog.restores.listRunning()).length >= maxRunningRestores)
    throw tooManyRestoresError();
  return {
    restore: {
      target: input.target,
      backupArn: backup.arn,
      source: backup.table,
      description,
      contentTime: backup.marker,
      requestedAt: services.clock.now(),
    },
    estimate: restoreEstimate(backup.figures, description, services.config),
  };
}

/** The backup, and why the target's name is taken if it is. */
interface Found {
  readonly backup: BackupRecord;
  readonly taken: TidemarkError | undefined;
}

async function looked(services: RequestServices, { backup: key, target }: RestoreTableInput): Promise<Found> {
  const [backup, taken] = await Promise.all([restorableBackup(services, key), whyTaken(services, target)]);
  return { backup, taken };
}

/** The checks in their order, up to what only a write can tell; and the table that is to be made. */
function checked(
  { backup, taken }: Found,
  { overrides = {} }: RestoreTableInput,
): { backup: BackupRecord; description: TableDescription } {
  const description = planTarget(backup.description, overrides);
  if (taken !== undefined) throw taken;
  return { backup, description };
}

/** Throws `TableInUse` if a restore makes a table of that name, `TableAlreadyExists` if there is one. */
export async function checkTarget(services: RequestServices, target: string): Promise<void> {
  const taken = await whyTaken(services, target);
  if (taken !== undefined) throw taken;
}

/** A start that fails leaves a cataloged restore without an execution: the reconciler finds and starts it. */
export async function startRestore(services: RequestServices, { target, id }: RestoreRecord): Promise<void> {
  try {
    await services.executions.start(createRestoreJob(target, id));
  } catch (error) {
    services.log.error('restore not started, left to the reconciler', { restore: id, error: String(error) });
  }
}

async function whyTaken(services: RequestServices, target: string): Promise<TidemarkError | undefined> {
  const [existing, latest] = await Promise.all([
    findTable(services.dynamodb, target),
    services.catalog.restores.get(target),
  ]);
  if (latest?.status === 'RESTORING') return targetInUseError(target, latest);
  if (existing === undefined) return undefined;
  return new TidemarkError('TableAlreadyExists', `Table already exists: ${target}`);
}
