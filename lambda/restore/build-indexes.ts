import type { GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import type { Services } from '../services/services.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { updateTable } from './change-table.ts';
import { selectKeyDefinitions } from './key-definitions.ts';
import { readCurrentRestore } from './current-restore.ts';
import { describeTarget } from './target-table.ts';

export interface WaitResult {
  readonly job: RestoreJob;
  readonly status: 'wait' | 'done';
  readonly waitSeconds: number;
}

/** Building an index takes minutes to days; an execution's history has room for about 37 hours of such waits. */
const waitSeconds = 60;

/**
 * Adds the global indexes to the loaded table, one at a time as DynamoDB requires, and waits for each. DynamoDB's
 * backfill leaves an item out of an index if the item's attribute and the index's key have different types.
 */
export async function buildIndexes(services: Services, { job }: { job: RestoreJob }): Promise<WaitResult> {
  const { restore } = await readCurrentRestore(services, job);
  const table = await describeTarget(services, restore);
  const there = table.GlobalSecondaryIndexes ?? [];
  const wanted = restore.description.globalSecondaryIndexes as GlobalSecondaryIndex[];
  const missing = wanted.find((index) => !there.some(({ IndexName }) => IndexName === index.IndexName));
  const busy = table.TableStatus !== 'ACTIVE' || there.some((index) => index.IndexStatus !== 'ACTIVE');
  if (missing !== undefined && !busy) {
    // The table is on demand until `finishRestore`, so the index cannot have throughput yet.
    const { ProvisionedThroughput: _, ...index } = missing;
    const keyed = [table, ...there, missing, ...(table.LocalSecondaryIndexes ?? [])];
    await updateTable(services, {
      TableName: restore.target,
      AttributeDefinitions: selectKeyDefinitions(
        restore.description,
        keyed.map(({ KeySchema }) => KeySchema),
      ),
      GlobalSecondaryIndexUpdates: [{ Create: index }],
    });
  }
  return { job, status: missing === undefined && !busy ? 'done' : 'wait', waitSeconds };
}
