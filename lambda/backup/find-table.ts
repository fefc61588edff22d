import type { BackupRecord } from '../model/records.ts';
import { isError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { deletedStatus, describeTable, type Table } from '../tables/table.ts';

/**
 * Finds the table of a backup. If it was deleted since the request, or is being deleted, it returns the table as it was at
 * the request, with its stream of that time: DynamoDB keeps the stream of a deleted table readable for a day.
 */
export async function findBackupTable(
  services: Pick<Services, 'dynamodb'>,
  { table: identity, description, streamArn }: BackupRecord,
): Promise<Table> {
  const found = await findUnlessGone(services, identity.name);
  if (found?.identity.tableId === identity.tableId && found.status !== 'DELETING') return found;
  return {
    identity,
    description,
    status: deletedStatus,
    isRestoring: false,
    ...(streamArn !== undefined && { streamArn }),
  };
}

async function findUnlessGone(
  { dynamodb }: Pick<Services, 'dynamodb'>,
  name: string,
): Promise<Table | undefined> {
  try {
    return await describeTable(dynamodb, name);
  } catch (error) {
    if (isError(error, 'TableNotFound')) return undefined;
    throw error;
  }
}
