import { DeleteTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../catalog/records.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { Services } from '../runtime/services.ts';
import { findTable } from '../sources/table.ts';
import { hasRestoreTag } from './restore-tag.ts';

/** So long after a restore's end no step of it runs any more: a function lives for 15 minutes at most. */
export const lateMs = 20 * 60 * 1000;

/**
 * Looks once more, `lateMs` after its end, at the target of a restore that failed: a late twin of the step that makes the
 * table may have made it when the restore was over. Nothing but the tag tells then whose it is.
 */
export async function removeLateTable(
  { catalog, dynamodb }: Pick<Services, 'catalog' | 'dynamodb'>,
  restore: RestoreRecord,
): Promise<void> {
  const table = await findTable(dynamodb, restore.target);
  if (table !== undefined && (await hasRestoreTag(dynamodb, String(table.TableArn), restore.id))) {
    // Looked at again by the next call.
    if (table.TableStatus !== 'DELETING') await deleteTable(dynamodb, restore.target);
    return;
  }
  await catalog.restores.forget(restore);
}

/** Begins to. Nothing happens while the table is being created or updated: it can be deleted in a moment. */
export async function deleteTable(dynamodb: DynamoDBClient, name: string): Promise<void> {
  try {
    await dynamodb.send(new DeleteTableCommand({ TableName: name }));
  } catch (error) {
    if (!isServiceError(error, 'ResourceInUseException')) throw error;
  }
}
