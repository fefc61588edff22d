import type { TableDescription } from '@aws-sdk/client-dynamodb';
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
  /** `restored`: the table was done, only the end of the job was missing. */
  readonly status: 'wait' | 'failed' | 'restored';
  readonly waitSeconds: number;
}

/** A table is deleted in a moment, an import ends in minutes or hours. */
const waits = { writes: 5, import: 60 } as const;

/**
 * Removes the table that the restore made, and only that one, then ends the job with its reason. A table that was done
 * is kept: the job ends as it would have.
 */
export async function abortRestore(
  services: Services,
  { job, failure }: AbortInput,
): Promise<AbortRestoreResult> {
  const { catalog, log } = services;
  const restore = await catalog.restores.get(job.table);
  const failed = { job, status: 'failed', waitSeconds: 0 } as const;
  if (restore === undefined || !isCurrent(restore, job)) return failed;
  const fate = await clear(services, job, restore);
  if (fate === 'wait') return { job, status: 'wait', waitSeconds: waits[restore.way ?? 'writes'] };
  if (fate === 'done') {
    await catalog.restores.end(restore, 'RESTORED', restore.reason);
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
 * What became of the restore's table. `gone`: there is none; a table of the same name that is not the restore's stays.
 * `done`: it lacked nothing but the end of the job. `kept`: why it must not or cannot be removed. `wait`: ask again.
 */
type Fate = 'gone' | 'done' | 'wait' | { readonly kept: string };

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
  if (isNoted && isDone(restore, table)) {
    await removeRestoreTag(dynamodb, arn);
    return 'done';
  }
  if (!isNoted && !isTagged) return 'gone';
  // An import's table has no tag at first.
  if (!isTagged && made === undefined) return { kept: 'carries the tag of the restore no more' };
  if (table.DeletionProtectionEnabled === true) return { kept: 'is protected from deletion' };
  await deleteTable(dynamodb, restore.target);
  return 'wait';
}

function isDone({ settled, description }: RestoreRecord, table: TableDescription): boolean {
  return settled === true && !lacksProtection(table, description);
}
