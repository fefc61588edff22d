import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { type TableReference, checkArn, siblingTableArn } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../tables/table.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** `restore`: that made this table or is making it; before it has made it there is no table. */
export type DescribedTable =
  | { readonly table: TableDescription; readonly restore?: RestoreRecord }
  | { readonly table?: undefined; readonly restore: RestoreRecord };

/**
 * What DynamoDB says of a table, with the restore that makes it: a table being loaded is not ready for use.
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
  const ours = restore?.status === 'RESTORING' || restore?.targetTableId === table.TableId;
  return { table, ...(ours && restore && { restore }) };
}
