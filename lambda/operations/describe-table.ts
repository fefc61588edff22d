import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { type TableReference, checkArn, buildSiblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { explainRestore } from '../model/restore-outcome.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { tableNotFoundError } from '../tables/table.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { findTableState, isRunning } from './table-state.ts';

/** A table with the restore that made it or is making it. Until the restore has created the table, there is none. */
export type DescribedTable =
  | { readonly table: TableDescription; readonly restore?: RestoreRecord }
  | { readonly table?: undefined; readonly restore: RestoreRecord };

/** For this long after a restore has failed, a request for its table gets `RestoreFailed`. */
const failureShownMs = 24 * 60 * 60 * 1000;

/**
 * Describes a table as DynamoDB does, with the restore that makes it: a table that is being loaded is not ready for use.
 * Throws `TableNotFound`, for a day after a failed restore to this name `RestoreFailed` instead, and `AccessDenied`.
 */
export async function describeTable(
  services: Pick<RequestServices, 'dynamodb' | 'catalog' | 'clock'>,
  { table: name, tableArn }: TableReference,
): Promise<DescribedTable> {
  const { table, restore } = await findTableState(services, name);
  if (table === undefined) {
    if (!isRunning(restore)) throw missingTableError(name, restore, services.clock.now());
    checkArn(tableArn, buildSiblingTableArn(restore.source.arn, name));
    return { restore };
  }
  checkArn(tableArn, String(table.TableArn));
  const isRestored = isRunning(restore) || restore?.targetTableId === table.TableId;
  return { table, ...(isRestored && restore && { restore }) };
}

/** A day after the restore failed, its table is not found like any other: clients may wait for that, or use the name again. */
function missingTableError(name: string, restore: RestoreRecord | undefined, now: number): TidemarkError {
  const isRecent =
    restore?.status === 'FAILED' && restore.endedAt !== undefined && now - restore.endedAt < failureShownMs;
  if (!isRecent) return tableNotFoundError(name);
  return new TidemarkError('RestoreFailed', `Its restore ${restore.id} failed: ${explainRestore(restore)}`);
}
