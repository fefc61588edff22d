import type { RestorePage } from '../catalog/restores.ts';
import { isRestoreId } from '../model/ids.ts';
import type { RestoreRecord, RestoreStatus } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { RequestServices } from '../services/operation-services.ts';

export interface ListRestoresInput {
  /** Only restores of this table or into it, by name. */
  readonly table?: string;
  /** Only restores of this backup, by ARN. */
  readonly backupArn?: string;
  readonly status?: RestoreStatus;
  /** How many restores one page examines. */
  readonly limit: number;
  /** The token of the previous page. */
  readonly next?: string;
}

export interface RestoreListPage {
  /** Newest first. */
  readonly restores: readonly RestoreRecord[];
  /** Absent on the last page. */
  readonly next?: string;
}

/**
 * Lists one page of restores: of each target the latest one. A page examines at most `limit` restores and lists those
 * that the request selects, so a page before the last one may list fewer, even none. Throws `Validation` for a token
 * that no page has returned.
 */
export async function listRestores(
  { catalog }: Pick<RequestServices, 'catalog'>,
  input: ListRestoresInput,
): Promise<RestoreListPage> {
  const { limit, next } = input;
  if (next !== undefined && !isRestoreId(next))
    throw new TidemarkError('Validation', 'The token is not from this request');
  const { restores, last }: RestorePage = await catalog.restores.list(limit, next);
  return {
    restores: restores.filter((restore) => isWanted(restore, input)),
    ...(last !== undefined && { next: last }),
  };
}

function isWanted(restore: RestoreRecord, { table, backupArn, status }: ListRestoresInput): boolean {
  if (table !== undefined && restore.target !== table && restore.source.name !== table) return false;
  if (backupArn !== undefined && restore.backupArn !== backupArn) return false;
  return status === undefined || restore.status === status;
}
