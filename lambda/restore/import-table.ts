import type { ImportTableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import type { WaitResult } from './build-indexes.ts';
import { describeImport, isImportRunning, startImport } from './import-job.ts';
import { sumRanges } from './range-part.ts';
import { type CurrentRestore, readCurrentRestore } from './current-restore.ts';
import { ensureTag } from './tag-table.ts';
import { targetLostError } from './target-table.ts';

/** An import takes ten minutes to hours; an execution's history has room for about 37 hours of such waits. */
const waitSeconds = 60;

/**
 * Starts DynamoDB's import of the materialized objects into the target table, and waits for it. The machine calls it
 * again until the import has ended and the table has the restore's tag, which the later steps need for their rights.
 *
 * Throws `TaskIncomplete` if a range was not materialized, `TableAlreadyExists`, `TargetTableLost`, and `ImportFailed`
 * with DynamoDB's reason or if DynamoDB's count differs from the number of materialized items.
 */
export async function importTable(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const current = await readCurrentRestore(services, job);
  const wait = { job, status: 'wait', waitSeconds } as const;
  const arn = current.restore.importArn ?? (await startWhenReady(services, job, current));
  if (arn === undefined) return wait;
  const description = await describeImport(services, current.restore, arn);
  await noteProgress(services, current.restore, description);
  if (isImportRunning(description)) return wait;
  const tag = await ensureTag(services, current.restore, description);
  if (tag === 'wait') return wait;
  await checkResult(services, job, current, description);
  if (tag === 'tagged') return { job, status: 'done', waitSeconds: 0 };
  throw targetLostError(current.restore);
}

async function startWhenReady(
  services: Services,
  job: RestoreJob,
  { restore, plan }: CurrentRestore,
): Promise<string | undefined> {
  // Throws unless all ranges are materialized.
  await sumRanges(services, job, plan);
  const importArn = await startImport(services, restore);
  if (importArn !== undefined) await services.catalog.restores.note(restore, { importArn });
  return importArn;
}

async function noteProgress(
  { catalog }: Services,
  restore: RestoreRecord,
  { TableId, ProcessedItemCount: items = 0, ProcessedSizeBytes: bytes = 0 }: ImportTableDescription,
): Promise<void> {
  await catalog.restores.recordTargetTable(restore, String(TableId));
  if (items !== restore.imported?.items) await catalog.restores.note(restore, { imported: { items, bytes } });
}

async function checkResult(
  services: Services,
  job: RestoreJob,
  { plan }: CurrentRestore,
  {
    ImportArn,
    ImportStatus,
    FailureCode,
    FailureMessage,
    ImportedItemCount,
    ErrorCount,
  }: ImportTableDescription,
): Promise<void> {
  if (ImportStatus !== 'COMPLETED') {
    throw new TidemarkError(
      'ImportFailed',
      `${ImportArn} ended as ${ImportStatus}: ${FailureCode}: ${FailureMessage}`,
    );
  }
  const { items } = await sumRanges(services, job, plan);
  if (ImportedItemCount === items && ErrorCount === 0) return;
  throw new TidemarkError(
    'ImportFailed',
    `${ImportArn} imported ${ImportedItemCount} items of ${items}, with ${ErrorCount} errors`,
  );
}
