import type { BackupSource, BaseSource, Head } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { isBusy } from '../runtime/throttling.ts';
import { BackupsUnavailable, type Table } from '../tables/table.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** What a request says about the source. */
interface Wanted {
  readonly source?: BackupSource;
  readonly base?: BaseSource;
}

/**
 * Throws `ContinuousBackupsUnavailable` for a table whose settings leave no source that can read it, so that the caller
 * learns this at once. The execution fails later for what only it can see, such as a trimmed stream. Throws `TableInUse`
 * for a table that is being deleted, unless its stream continues an earlier backup: DynamoDB keeps that readable for a day.
 */
export async function checkSource(
  { config, recovery }: Pick<RequestServices, 'config' | 'recovery'>,
  table: Table,
  head: Head | undefined,
  { source: requested, base = config.base }: Wanted,
): Promise<void> {
  const { name, tableId } = table.identity;
  if (table.status === 'DELETING') {
    const isReadable = table.streamArn !== undefined && head?.tableId === tableId;
    if (isReadable && (requested ?? 'stream') === 'stream') return;
    throw new TidemarkError('TableInUse', `Table is being deleted: ${name}`);
  }
  if (requested === 'settings') return;
  const enablable = config.missingStream === 'enable' && table.description.stream?.StreamEnabled !== true;
  const hasStream = table.streamArn !== undefined || enablable;
  if ((requested ?? base) !== 'export') {
    if (!hasStream) throw new BackupsUnavailable(name, 'stream');
    return;
  }
  const continues = requested === undefined && hasStream && head?.tableId === tableId;
  if (continues || config.missingRecovery === 'enable' || (await isRecoverable(recovery, name))) return;
  throw new BackupsUnavailable(name, 'recovery');
}

/**
 * DynamoDB allows 10 of these calls per second and account. Returns true if DynamoDB throttles it: then the execution
 * checks again.
 */
async function isRecoverable(recovery: RequestServices['recovery'], table: string): Promise<boolean> {
  try {
    return (await recovery.describe(table)).enabled;
  } catch (error) {
    if (isBusy(error)) return true;
    throw error;
  }
}
