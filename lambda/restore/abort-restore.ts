import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../catalog/records.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import type { AbortInput } from '../workflow/abort.ts';
import { type FailureNote, names as backupNames } from '../workflow/backup-plan.ts';
import type { Job } from '../workflow/executions.ts';
import { restoreStaging } from '../workflow/staging.ts';
import { hasRestoreTag } from './create-table.ts';
import { isCurrent } from './restore-plan.ts';

export interface AbortRestoreResult {
  readonly job: Job;
  readonly status: 'wait' | 'failed';
  readonly waitSeconds: number;
}

const waitSeconds = 5;

/** Removes the table that the restore made, and only that one, then ends the job with its reason. */
export async function abortRestore(
  services: Services,
  { job, failure }: AbortInput,
): Promise<AbortRestoreResult> {
  const restore = await services.catalog.restores.get(job.table);
  const failed = { job, status: 'failed', waitSeconds: 0 } as const;
  if (restore === undefined || !isCurrent(restore, job)) return failed;
  if (!(await removed(services, restore))) return { job, status: 'wait', waitSeconds };
  const note = await restoreStaging(services.store, job).find<FailureNote>(backupNames.failure);
  const reason = note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
  await services.catalog.restores.end(restore, 'FAILED', reason);
  services.log.error('restore failed', { table: job.table, restore: job.id, reason });
  return failed;
}

/** True once the restore's table is gone; a table of the same name that is not the restore's stays. */
async function removed({ dynamodb }: Services, restore: RestoreRecord): Promise<boolean> {
  const table = await findTable(dynamodb, restore.target);
  if (table === undefined) return true;
  const ours =
    restore.targetTableId === undefined
      ? await hasRestoreTag(dynamodb, String(table.TableArn), restore.id)
      : table.TableId === restore.targetTableId;
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
