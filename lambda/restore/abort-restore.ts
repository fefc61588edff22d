import type { RestoreRecord } from '../catalog/records.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import type { AbortInput } from '../workflow/abort.ts';
import { type FailureNote, names as backupNames } from '../workflow/backup-plan.ts';
import type { Job } from '../workflow/executions.ts';
import { restoreStaging } from '../workflow/staging.ts';
import { lacksProtection } from './finish-restore.ts';
import { findImport, isRunning } from './import-job.ts';
import { deleteTable } from './remove-table.ts';
import { isCurrent } from './restore-plan.ts';
import { hasRestoreTag, removeRestoreTag } from './restore-tag.ts';

export interface AbortRestoreResult {
  readonly job: Job;
  /** `restored`: the table was settled, only the end of the job was missing. */
  readonly status: 'wait' | 'failed' | 'restored';
  readonly waitSeconds: number;
}

/** A table is deleted in a moment, an import ends in minutes or hours. */
const waits = { writes: 5, import: 60 } as const;

/**
 * Removes the table that the restore made, and only that one, then ends the job with its reason. A table that is
 * settled is kept: the job ends as it would have.
 */
export async function abortRestore(
  services: Services,
  { job, failure }: AbortInput,
): Promise<AbortRestoreResult> {
  const { catalog, log } = services;
  const failed = { job, status: 'failed', waitSeconds: 0 } as const;
  const restore = await givenUp(services, job);
  if (restore === undefined) return failed;
  const fate = await clear(services, job, restore);
  if (fate === 'wait') return { job, status: 'wait', waitSeconds: waits[restore.way ?? 'writes'] };
  if (fate === 'done' || fate === 'unprotected') {
    const lacks = fate === 'unprotected' ? ['its protection from deletion could not be set'] : [];
    const doubts = [...(restore.reason === undefined ? [] : [restore.reason]), ...lacks];
    await catalog.restores.end(restore, 'RESTORED', doubts.length > 0 ? doubts.join('; ') : undefined);
    return { job, status: 'restored', waitSeconds: 0 };
  }
  const note = await restoreStaging(services.store, job).find<FailureNote>(
    backupNames.failure(job.execution),
  );
  const why = note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
  const reason = fate === 'gone' ? why : `${why}; its table is left, as it ${fate.kept}`;
  await catalog.restores.end(restore, 'FAILED', reason);
  log.error('restore failed', { table: job.table, restore: job.id, reason });
  return failed;
}

/**
 * The restore, either abandoned or settled: a twin of the last step may still be at work, and what it has settled must not
 * be removed. Undefined if it is over or another execution's.
 */
async function givenUp({ catalog }: Services, job: Job): Promise<RestoreRecord | undefined> {
  const current = async (): Promise<RestoreRecord | undefined> => {
    const restore = await catalog.restores.get(job.table);
    return restore !== undefined && isCurrent(restore, job) ? restore : undefined;
  };
  const restore = await current();
  return restore === undefined || (await catalog.restores.abandon(restore)) ? restore : current();
}

/**
 * What became of the restore's table. `gone`: there is none; a table of the same name that is not the restore's stays.
 * `done`: it is settled. `unprotected`: it is too, but for its protection from deletion. `kept`: why it cannot be removed.
 * `wait`: ask again.
 */
type Fate = 'gone' | 'done' | 'unprotected' | 'wait' | { readonly kept: string };

async function clear(services: Services, job: Job, restore: RestoreRecord): Promise<Fate> {
  const { dynamodb } = services;
  const made = restore.way === 'import' ? await findImport(services, job, restore) : undefined;
  // Its table cannot be deleted yet, and may not even be seen.
  if (made !== undefined && isRunning(made)) return 'wait';
  const table = await findTable(dynamodb, restore.target);
  if (table === undefined) return 'gone';
  if (table.TableStatus === 'DELETING') return 'wait';
  const arn = String(table.TableArn);
  const noted = restore.targetTableId ?? made?.TableId;
  const isNoted = noted !== undefined && table.TableId === noted;
  // With the tag it is ours also if it is another than is noted: a late twin of the step that makes it was here.
  const isTagged = await hasRestoreTag(dynamodb, arn, restore.id);
  if (isNoted && restore.settled === true) {
    await removeRestoreTag(dynamodb, arn);
    return lacksProtection(table, restore.description) ? 'unprotected' : 'done';
  }
  if (!isNoted && !isTagged) return 'gone';
  // An import's table has no tag at first.
  if (!isTagged && made === undefined) return { kept: 'carries the tag of the restore no more' };
  if (table.DeletionProtectionEnabled === true) return { kept: 'is protected from deletion' };
  await deleteTable(dynamodb, restore.target);
  return 'wait';
}
