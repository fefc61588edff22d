import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { createBackup } from '../../../lambda/operations/create-backup.ts';
import { reasonOf } from '../../../lambda/runtime/errors.ts';
import type { Services } from '../../../lambda/services/services.ts';
import type { RecoverySettings } from './recovery-settings.ts';

/** How long DynamoDB keeps the backup of a deleted table. */
const lifeMs = 35 * 24 * 60 * 60 * 1000;

/**
 * Requests the backup that DynamoDB makes of a table which is deleted while its point-in-time recovery is on. Does nothing
 * for another table. A failure is logged: DynamoDB deletes the table in any case.
 */
export async function requestSystemBackup(
  services: Services,
  settings: RecoverySettings,
  { TableName, TableId }: TableDescription,
): Promise<void> {
  const table = String(TableName);
  if (settings.get(String(TableId)) === undefined) return;
  const expiresAt = services.clock.now() + lifeMs;
  try {
    await createBackup(services, { table, name: `${table}$DeletedTableBackup`, type: 'SYSTEM', expiresAt });
  } catch (error) {
    services.log.error('no backup of a deleted table', { table, reason: reasonOf(error) });
  }
}
