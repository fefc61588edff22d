import type { TableDescription } from '@aws-sdk/client-dynamodb';
import type { RestoreRecord } from '../catalog/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { findTable } from '../sources/table.ts';
import type { RequestServices } from './operations.ts';

export interface DescribedTable {
  readonly table: TableDescription;
  /** The restore that made this table or is making it. */
  readonly restore?: RestoreRecord;
}

/** What DynamoDB says of a table, with the restore that makes it: a table being loaded is not ready for use. */
export async function describeTable(
  services: Pick<RequestServices, 'dynamodb' | 'catalog'>,
  { table: name }: { table: string },
): Promise<DescribedTable> {
  const [table, restore] = await Promise.all([
    findTable(services.dynamodb, name),
    services.catalog.restores.get(name),
  ]);
  if (table === undefined && restore?.status !== 'RESTORING') {
    throw new TidemarkError('TableNotFound', `Table not found: ${name}`);
  }
  const ours = restore?.status === 'RESTORING' || restore?.targetTableId === table?.TableId;
  return {
    table: table ?? { TableName: name, TableStatus: 'CREATING' },
    ...(ours && restore && { restore }),
  };
}
