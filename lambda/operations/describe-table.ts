import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { type TableReference, checkArn, siblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../tables/table.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** A table with the restore that made it or is making it. Until the restore has created the table, there is none. */
export type DescribedTable =
  | { readonly table: TableDescription; readonly restore?: RestoreRecord }
  | { readonly table?: undefined; readonly restore: RestoreRecord };

/**
 * Describes a table as DynamoDB does, with the restore that makes it: a table that is being loaded is not ready for use.
 * Throws `TableNotFound` and `AccessDenied`.
 */
export async function describeTable(
  services: Pick<RequestServices, 'dynamodb' | 'catalog'>,
  { table: name, tableArn }: TableReference,
): Promise<DescribedTable> {
  const [table, restore] = await Promise.all([
    findTable(services.dynamodb, name),
    services.catalog.restores.get(name),
  ]);
  if (table === undefined) {
    if (restore?.status !== 'RESTORING') throw new TidemarkError('TableNotFound', `Table not found: ${name}`);
    checkArn(tableArn, siblingTableArn(restore.source.arn, name));
    return { restore };
  }
  checkArn(tableArn, String(table.TableArn));
  const isRestored = restore?.status === 'RESTORING' || restore?.targetTableId === table.TableId;
  return { table, ...(isRestored && restore && { restore }) };
}
