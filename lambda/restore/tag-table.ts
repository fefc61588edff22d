import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import type { WaitResult } from './build-indexes.ts';
import { findImport, isImportRunning } from './import-job.ts';
import { findRestore } from './current-restore.ts';
import { ensureTag } from './restore-tag.ts';

/** Rights that depend on the tag may take a moment to follow. */
const waitSeconds = 5;

/**
 * Tags the table of an import whose restore was abandoned before the table had the restore's tag. Without the tag,
 * the abort that follows may not delete the table. This step uses only DynamoDB and the catalog, so it works whatever
 * made the restore fail.
 */
export async function tagTable(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const restore = await findRestore(services, job);
  if (restore !== undefined) {
    const made = await findImport(services, restore);
    if (made !== undefined && !isImportRunning(made)) await ensureTag(services, restore, made);
  }
  return { job, status: 'wait', waitSeconds };
}
