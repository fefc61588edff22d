import type { Head, Source } from '../model/records.ts';
import { isBusy } from '../runtime/throttling.ts';
import { backupsUnavailable, type Table } from '../tables/table.ts';
import type { RequestServices } from '../services/operation-services.ts';

/**
 * Throws `ContinuousBackupsUnavailable` for a table that no source can read as it is set up, so that the caller hears of it
 * at once. What only shows later (a stream that was trimmed, for instance) is for the workflow to see.
 */
export async function checkSource(
  { config, recovery }: Pick<RequestServices, 'config' | 'recovery'>,
  table: Table,
  head: Head | undefined,
  asked: Source | undefined,
): Promise<void> {
  const { name, tableId } = table.identity;
  const enablable = config.missingStream === 'enable' && table.description.stream?.StreamEnabled !== true;
  const hasStream = table.streamArn !== undefined || enablable;
  if ((asked ?? config.base) !== 'export') {
    if (!hasStream) throw backupsUnavailable(name, 'stream');
    return;
  }
  const continues = asked === undefined && hasStream && head?.tableId === tableId;
  if (continues || config.missingRecovery === 'enable' || (await isRecoverable(recovery, name))) return;
  throw backupsUnavailable(name, 'recovery');
}

/** DynamoDB answers this 10 times a second and account; beyond that the workflow will see. */
async function isRecoverable(recovery: RequestServices['recovery'], table: string): Promise<boolean> {
  try {
    return (await recovery.describe(table)).enabled;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  }
}
