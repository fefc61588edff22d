import type { ImportTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../catalog/records.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import type { Job } from '../workflow/executions.ts';
import type { WaitResult } from './build-indexes.ts';
import { findImport, isRunning, mayAppear } from './import-job.ts';
import { isCurrent } from './restore-plan.ts';
import { ensureRestoreTag } from './restore-tag.ts';

/** Rights that hang on the tag may take a moment to follow. */
const waitSeconds = 5;

/**
 * Puts the restore's tag on the table of an import whose restore was given up before it got one: without it the abort,
 * which goes on after this step, may not delete it. Needs nothing but DynamoDB and the catalog, whatever the restore
 * failed for.
 */
export async function tagTable(services: Services, { job }: { job: Job }): Promise<WaitResult> {
  const restore = await services.catalog.restores.get(job.table);
  if (restore !== undefined && isCurrent(restore, job)) {
    const made = await findImport(services, job, restore);
    if (made !== undefined && !isRunning(made)) await ensureTag(services, restore, made);
  }
  return { job, status: 'done', waitSeconds };
}

/**
 * `tagged` once the import's table carries the restore's tag, whatever became of the import: only then may it be removed.
 * `wait`: it is to be asked again. `lost`: there is no such table.
 */
export async function ensureTag(
  services: Pick<Services, 'dynamodb' | 'clock' | 'config'>,
  { id, target }: RestoreRecord,
  made: ImportTableDescription,
): Promise<'tagged' | 'wait' | 'lost'> {
  const { dynamodb } = services;
  const table = await findTable(dynamodb, target);
  if (table === undefined && mayAppear(services, made)) return 'wait';
  if (table === undefined || table.TableId !== made.TableId) return 'lost';
  if (table.TableStatus !== 'ACTIVE') return 'wait';
  return (await ensureRestoreTag(dynamodb, String(table.TableArn), id)) ? 'tagged' : 'wait';
}
