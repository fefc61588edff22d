import type { ImportTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { findTable } from '../tables/table.ts';
import type { WaitResult } from './build-indexes.ts';
import { findImport, isImportRunning, mayTableAppear } from './import-job.ts';
import { findRestore } from './current-restore.ts';
import { putRestoreTag } from './restore-tag.ts';
import { findEvidence } from './target-evidence.ts';

/** Rights that depend on the tag may take a moment to apply. */
const waitSeconds = 5;

/**
 * Tags the table of an import whose restore was abandoned before the table had the restore's tag. Without the tag,
 * the abort that follows may not delete the table. This step uses only DynamoDB and the catalog, so it works even if the
 * bucket cannot be used.
 */
export async function tagTable(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const restore = await findRestore(services, job);
  if (restore !== undefined) {
    const made = await findImport(services, restore);
    if (made !== undefined && !isImportRunning(made)) await ensureTag(services, restore, made);
  }
  return { job, status: 'wait', waitSeconds };
}

/**
 * Tags the table of the restore's own, ended import: an import cannot make tables with tags. A failed import's table is
 * tagged too, so that it can be deleted. Returns `tagged` once the table has the tag, `lost` if nothing shows that the
 * import made the table, and `wait` if the caller must call again.
 */
export async function ensureTag(
  services: Services,
  restore: RestoreRecord,
  made: ImportTableDescription,
): Promise<'tagged' | 'wait' | 'lost'> {
  const table = await findTable(services.dynamodb, restore.target);
  if (table === undefined) return mayTableAppear(services, made) ? 'wait' : 'lost';
  if (table.TableId !== made.TableId) return 'lost';
  if (table.TableStatus !== 'ACTIVE') return 'wait';
  const evidence = await findEvidence(services, restore, table, made);
  if (evidence === 'tagged') return 'tagged';
  if (evidence !== 'imported') return 'lost';
  await putRestoreTag(services, table, restore);
  return 'wait';
}
