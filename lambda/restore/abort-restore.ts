import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../catalog/records.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import type { AbortInput } from '../workflow/abort.ts';
import { type FailureNote, names as backupNames } from '../workflow/backup-plan.ts';
import type { Job } from '../workflow/executions.ts';
import { restoreStaging } from '../workflow/staging.ts';
import { findImport, isRunning } from './import-job.ts';
import { isCurrent } from './restore-plan.ts';
import { hasRestoreTag } from './restore-tag.ts';

export interface AbortRestoreResult {
  readonly job: Job;
  readonly status: 'wait' | 'failed';
  readonly waitSeconds: number;
}

/** A table is deleted in a moment, an import ends in minutes or hours. */
const waits = { writes: 5, import: 60 } as const;

/** Removes the table that the restore made, and only that one, then ends the job with its reason. */
export async function abortRestore(
  services: Services,
  { job, failure }: AbortInput,
): Promise<AbortRestoreResult> {
  const restore = await services.catalog.restores.get(job.table);
  const failed = { job, status: 'failed', waitSeconds: 0 } as const;
  if (restore === undefined || !isCurrent(restore, job)) return failed;
  if (!(await removed(services, job, restore))) {
    return { job, status: 'wait', waitSeconds: waits[restore.way ?? 'writes'] };
  }
  const note = await restoreStaging(services.store, job).find<FailureNote>(backupNames.failure);
  const reason = note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
  await services.catalog.restores.end(restore, 'FAILED', reason);
  services.log.error('restore failed', { table: job.table, restore: job.id, reason });
  return failed;
}

/** True once the restore's table is gone; a table of the same name that is not the restore's stays. */
async function removed(services: Services, job: Job, restore: RestoreRecord): Promise<boolean> {
  const { dynamodb } = services;
  const made = restore.way === 'import' ? await findImport(services, job, restore) : undefined;
  // Its table cannot be deleted yet, and may not even be seen.
  if (made !== undefined && isRunning(made)) return false;
  const table = await findTable(dynamodb, restore.target);
  if (table === undefined) return true;
  const arn = String(table.TableArn);
  const tableId = restore.targetTableId ?? made?.TableId;
  const ours =
    tableId === undefined ? await hasRestoreTag(dynamodb, arn, restore.id) : table.TableId === tableId;
  if (!ours) return true;
  if (table.TableStatus === 'DELETING') return false;
  try {
    await dynamodb.send(new DeleteTableCommand({ TableName: restore.target }));
  } catch (error) {
    // Being created or updated: it can be deleted in a moment.
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
  return false;
}
