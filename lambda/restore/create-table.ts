import {
  CreateTableCommand,
  type DynamoDBClient,
  type LocalSecondaryIndex,
  type SSEDescription,
  type SSESpecification,
  type TableDescription as SdkTableDescription,
} from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../catalog/records.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import type { Job } from '../workflow/executions.ts';
import { keyDefinitions } from './key-definitions.ts';
import { currentRestore } from './restore-plan.ts';
import { hasRestoreTag } from './restore-tag.ts';
import { restoreTag } from './tag-name.ts';

export interface CreateTableResult {
  readonly job: Job;
  readonly status: 'wait' | 'ready';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

const waitSeconds = 5;

/**
 * Makes the target table, on demand while it loads, with its local indexes (they cannot be added later) and without
 * its global ones: items may predate an index and have another type in its key, which a write would be refused for.
 * Answers `ready` once the table is ACTIVE.
 *
 * Throws `TableAlreadyExists` if a table of that name is there that this restore did not make.
 */
export async function createTable(services: Services, { job }: { job: Job }): Promise<CreateTableResult> {
  const { restore, plan } = await currentRestore(services, job);
  const { dynamodb } = services;
  const found = await findTable(dynamodb, restore.target);
  if (found !== undefined && restore.targetTableId === undefined) await checkOurs(dynamodb, found, job);
  const table = found ?? (await create(dynamodb, restore.target, restore.description, job));
  await services.catalog.restores.tableMade(restore, String(table.TableId));
  const ready = table.TableStatus === 'ACTIVE';
  return {
    job,
    status: ready ? 'ready' : 'wait',
    tasks: plan.ranges.map((_, i) => i),
    waitSeconds,
  };
}

/** A crash may have come between making the table and noting its id: the tag tells whose it is. */
async function checkOurs(dynamodb: DynamoDBClient, table: SdkTableDescription, job: Job): Promise<void> {
  if (await hasRestoreTag(dynamodb, String(table.TableArn), job.id)) return;
  throw new TidemarkError('TableAlreadyExists', `Table already exists: ${table.TableName}`);
}

async function create(
  dynamodb: DynamoDBClient,
  name: string,
  description: TableDescription,
  job: Job,
): Promise<SdkTableDescription> {
  const local = description.localSecondaryIndexes as LocalSecondaryIndex[];
  try {
    const { TableDescription: made } = await dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        KeySchema: [...description.keySchema],
        AttributeDefinitions: keyDefinitions(description, [
          description.keySchema,
          ...local.map(({ KeySchema }) => KeySchema),
        ]),
        BillingMode: 'PAY_PER_REQUEST',
        ...(local.length > 0 && { LocalSecondaryIndexes: local }),
        ...(description.tableClass && { TableClass: description.tableClass }),
        ...(description.sse?.SSEType === 'KMS' && { SSESpecification: encryption(description.sse) }),
        Tags: [{ Key: restoreTag, Value: job.id }],
      }),
    );
    return made ?? {};
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
    throw new TidemarkError('TableAlreadyExists', `Table already exists: ${name}`, { cause: error });
  }
}

/** The key that the source had, whoever manages it, or the one that was asked; without either DynamoDB's default. */
export function encryption({ KMSMasterKeyArn: key }: SSEDescription): SSESpecification {
  return { Enabled: true, SSEType: 'KMS', ...(key !== undefined && { KMSMasterKeyId: key }) };
}
