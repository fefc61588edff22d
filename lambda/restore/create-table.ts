import { CreateTableCommand, type TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import { buildSiblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { readCurrentRestore } from './current-restore.ts';
import { createRestoreTag } from './restore-tag.ts';
import { buildTableParameters } from './table-parameters.ts';
import { findEvidence } from './target-evidence.ts';

export interface CreateTableResult {
  readonly job: RestoreJob;
  readonly status: 'wait' | 'ready';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

const waitSeconds = 5;

/**
 * Makes the target table with the restore's tag and without its global indexes: `buildIndexes` adds them after loading.
 * Returns `ready` once the table is ACTIVE. Throws `TableAlreadyExists` if this restore did not make the table of that name.
 */
export async function createTable(
  services: Services,
  { job }: { job: RestoreJob },
): Promise<CreateTableResult> {
  const { restore, plan } = await readCurrentRestore(services, job);
  const found = await findTable(services.dynamodb, restore.target);
  if (found !== undefined) await checkMadeByRestore(services, restore, found);
  const table = found ?? (await sendCreateTable(services, restore));
  await services.catalog.restores.recordTargetTable(restore, String(table.TableId));
  const ready = table.TableStatus === 'ACTIVE';
  return {
    job,
    status: ready ? 'ready' : 'wait',
    tasks: plan.ranges.map((_, i) => i),
    waitSeconds,
  };
}

/**
 * Throws `TableAlreadyExists` unless the table has the restore's own tag: then an earlier call made it. If only the record
 * names the table, it may belong to somebody else.
 */
async function checkMadeByRestore(
  services: Services,
  restore: RestoreRecord,
  table: SdkTableDescription,
): Promise<void> {
  if ((await findEvidence(services, restore, table, undefined)) === 'tagged') return;
  throw new TidemarkError('TableAlreadyExists', `Table already exists: ${table.TableName}`);
}

async function sendCreateTable(services: Services, restore: RestoreRecord): Promise<SdkTableDescription> {
  const { source, target, description } = restore;
  const tag = await createRestoreTag(services, buildSiblingTableArn(source.arn, target), restore);
  try {
    const { TableDescription: made } = await services.dynamodb.send(
      new CreateTableCommand({
        ...buildTableParameters(target, description),
        ...(description.tableClass && { TableClass: description.tableClass }),
        Tags: [tag],
      }),
    );
    return made ?? {};
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
    throw new TidemarkError('TableAlreadyExists', `Table already exists: ${target}`, { cause: error });
  }
}
