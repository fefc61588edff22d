import {
  CreateTableCommand,
  type DynamoDBClient,
  type TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../model/records.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { checkFinalSettings } from './check-final-settings.ts';
import { readCurrentRestore } from './current-restore.ts';
import { hasRestoreTag } from './restore-tag.ts';
import { buildTableParameters } from './table-parameters.ts';
import { restoreTag } from '../model/restore-tag-name.ts';

export interface CreateTableResult {
  readonly job: RestoreJob;
  readonly status: 'wait' | 'ready';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

const waitSeconds = 5;

/**
 * Makes the target table with the restore's tag and without its global indexes: `buildIndexes` adds them after loading.
 * Returns `ready` once the table is ACTIVE and DynamoDB has accepted the settings that it gets later.
 *
 * Throws `TableAlreadyExists` if this restore did not make the table of that name, and `TargetRefused`.
 */
export async function createTable(
  services: Services,
  { job }: { job: RestoreJob },
): Promise<CreateTableResult> {
  const { restore, plan } = await readCurrentRestore(services, job);
  const { dynamodb } = services;
  const found = await findTable(dynamodb, restore.target);
  if (found !== undefined && restore.targetTableId === undefined)
    await checkMadeByRestore(dynamodb, found, job);
  const table = found ?? (await sendCreateTable(dynamodb, restore.target, restore.description, job));
  await services.catalog.restores.recordTargetTable(restore, String(table.TableId));
  const ready = table.TableStatus === 'ACTIVE';
  if (ready) await checkFinalSettings(services, restore);
  return {
    job,
    status: ready ? 'ready' : 'wait',
    tasks: plan.ranges.map((_, i) => i),
    waitSeconds,
  };
}

/**
 * Throws `TableAlreadyExists` unless the table has the restore's tag: then an earlier attempt made it, and crashed
 * before it recorded the table's id.
 */
async function checkMadeByRestore(
  dynamodb: DynamoDBClient,
  table: SdkTableDescription,
  job: RestoreJob,
): Promise<void> {
  if (await hasRestoreTag(dynamodb, String(table.TableArn), job.id)) return;
  throw new TidemarkError('TableAlreadyExists', `Table already exists: ${table.TableName}`);
}

async function sendCreateTable(
  dynamodb: DynamoDBClient,
  name: string,
  description: TableDescription,
  job: RestoreJob,
): Promise<SdkTableDescription> {
  try {
    const { TableDescription: made } = await dynamodb.send(
      new CreateTableCommand({
        ...buildTableParameters(name, description),
        ...(description.tableClass && { TableClass: description.tableClass }),
        Tags: [{ Key: restoreTag, Value: job.id }],
      }),
    );
    return made ?? {};
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
    throw new TidemarkError('TableAlreadyExists', `Table already exists: ${name}`, { cause: error });
  }
}
