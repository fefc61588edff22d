import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import type { WaitResult } from './build-indexes.ts';
import { findImport, isImportRunning } from './import-job.ts';
import { findRestore } from './current-restore.ts';
import { ensureTag } from './restore-tag.ts';

/** Rights that hang on the tag may take a moment to follow. */
const waitSeconds = 5;

/**
 * Puts the restore's tag on the table of an import whose restore was given up before it got one: without it the abort,
 * which goes on after this step, may not delete it. Needs nothing but DynamoDB and the catalog, whatever the restore
 * failed for.
 */
export async function tagTable(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const restore = await findRestore(services, job);
  if (restore !== undefined) {
    const made = await findImport(services, restore);
    if (made !== undefined && !isImportRunning(made)) await ensureTag(services, restore, made);
  }
  return { job, status: 'done', waitSeconds };
}
