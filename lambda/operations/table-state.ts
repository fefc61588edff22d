import type { TableDescription as SdkTableDescription } from '@aws-sdk/client-dynamodb';
import { checkArn, buildSiblingTableArn, type TableReference } from '../model/backup-arn.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { RestoreRecord } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { describeTable, findTable, type Table, tableNotFoundError } from '../tables/table.ts';

/**
 * The only place that decides which state a table is in. DynamoDB calls a table ACTIVE while one of Tidemark's restores
 * loads it; only the catalog knows better. Every operation on a table calls this module.
 */

type StateServices = Pick<RequestServices, 'dynamodb' | 'catalog'>;

/**
 * How long DynamoDB's backups do not find a new table. After that, until the table is ACTIVE, its backups are being
 * enabled.
 */
const unseenMs = 3000;

/** A table, if there is one, and the latest restore to its name, which may have created an earlier table. */
export interface TableState {
  readonly table: SdkTableDescription | undefined;
  readonly restore: RestoreRecord | undefined;
}

/** Finds a table and the latest restore to its name. Throws `AccessDenied`. */
export async function findTableState(
  { dynamodb, catalog }: StateServices,
  name: string,
): Promise<TableState> {
  refuseCatalog(catalog, name);
  const table = await findTable(dynamodb, name);
  // Reads one after the other: a restore's record is older than its table, so a caller that sees the table also sees
  // the record.
  return { table, restore: await catalog.restores.get(name) };
}

/**
 * Throws `AccessDenied` for the catalog's own table: it can be neither backed up nor restored, read or described, even if
 * `tables` in the configuration covers it.
 */
function refuseCatalog({ tableName }: Pick<Catalog, 'tableName'>, name: string): void {
  if (name !== tableName) return;
  throw new TidemarkError('AccessDenied', `Tidemark keeps its own records in the table ${name}`);
}

/** A table that can be backed up. */
export interface CompleteTable extends Table {
  /** A warning for the record of its backup: the table may lack items. */
  readonly doubts: readonly string[];
}

/**
 * Describes a table that can be backed up: it is neither being created nor being restored. Throws `TableNotFound`,
 * `ContinuousBackupsUnavailable`, and `AccessDenied`, also if the table has another ARN than the request names.
 */
export async function describeCompleteTable(
  { dynamodb, catalog, clock }: StateServices & Pick<RequestServices, 'clock'>,
  { table: name, tableArn }: TableReference,
): Promise<CompleteTable> {
  refuseCatalog(catalog, name);
  const table = await describeTable(dynamodb, name);
  checkArn(tableArn, table.identity.arn);
  const restore = await catalog.restores.get(name);
  if (isRunning(restore)) throw tableNotFoundError(name);
  if (table.status !== 'CREATING') return { ...table, doubts: findDoubts(table, restore) };
  const isUnseen = clock.now() - table.description.createdAt < unseenMs;
  if (table.isRestoring || isUnseen) throw tableNotFoundError(name);
  throw new TidemarkError(
    'ContinuousBackupsUnavailable',
    `Backups are being enabled for the table: ${name}. Please retry later`,
  );
}

/** A table that a failed restore left in place is backed up like any other: its owner may have completed it. */
function findDoubts({ identity, description }: Table, restore: RestoreRecord | undefined): string[] {
  if (restore?.status !== 'FAILED' || restore.targetFate?.kind !== 'kept') return [];
  const { targetTableId, requestedAt, endedAt = requestedAt } = restore;
  // An import that failed may not have recorded its table.
  const isItsTable =
    targetTableId === undefined
      ? Math.floor(requestedAt / 1000) * 1000 <= description.createdAt && description.createdAt <= endedAt
      : targetTableId === identity.tableId;
  if (!isItsTable) return [];
  return [
    `restore ${restore.id} of ${restore.backupArn} into this table failed and its table was kept: it may lack items of that backup`,
  ];
}

/**
 * Checks the table of a request that describes, changes or uses point-in-time recovery. The table need not exist.
 * Throws `TableNotFound` while a restore makes it, and `AccessDenied` if it has another ARN than the request names.
 */
export async function checkNotBeingMade(
  services: StateServices,
  { table: name, tableArn }: TableReference,
): Promise<void> {
  const { table, restore } = await findTableState(services, name);
  if (table !== undefined) checkArn(tableArn, String(table.TableArn));
  if (!isRunning(restore)) return;
  if (table === undefined) checkArn(tableArn, buildSiblingTableArn(restore.source.arn, name));
  throw tableNotFoundError(name);
}

/** True for a restore that still makes its table: DynamoDB may call the table ACTIVE, but it is not complete. */
export function isRunning(
  restore: RestoreRecord | undefined,
): restore is RestoreRecord & { readonly status: 'RESTORING' } {
  return restore?.status === 'RESTORING';
}
