import type { RestorePage } from '../catalog/restores.ts';
import { parseRestoreId } from '../model/ids.ts';
import type { RestoreRecord, RestoreStatus } from '../model/records.ts';
import type { ReadServices } from '../services/operation-services.ts';
import { createPageToken, readPlace } from './page-token.ts';

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

/** The form of a place in the list: the id of a restore. */
const restorePlace = /^\d{14}-[0-9a-f]{8}$/;

/**
 * Lists one page of restores: for each target, only the latest one. A page examines at most `limit` restores and lists
 * those that the request selects, so a page before the last one may list fewer, even none. Throws `Validation` for a token
 * that no page has returned.
 */
export async function listRestores(
  { catalog, secret }: Pick<ReadServices, 'catalog' | 'secret'>,
  input: ListRestoresInput,
): Promise<RestoreListPage> {
  const { table, backupArn, status, limit, next } = input;
  const facts = ['restores', table, backupArn, status];
  const before =
    next === undefined ? undefined : parseRestoreId(await readPlace(secret, next, facts, restorePlace));
  const { restores, last }: RestorePage = await catalog.restores.list(limit, before);
  return {
    restores: restores.filter((restore) => isWanted(restore, input)),
    ...(last !== undefined && { next: await createPageToken(secret, last, facts) }),
  };
}

function isWanted(restore: RestoreRecord, { table, backupArn, status }: ListRestoresInput): boolean {
  if (table !== undefined && restore.target !== table && restore.source.name !== table) return false;
  if (backupArn !== undefined && restore.backupArn !== backupArn) return false;
  return status === undefined || restore.status === status;
}
