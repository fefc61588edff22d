import type { BackupKey, TableReference } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { CatalogTable } from './catalog-table.ts';
import { decodeBackup } from './decode.ts';
import { keys, toPosition } from './schema.ts';

/** The table whose backups are listed. Absent: those of all tables. */
export interface ListQuery extends Partial<TableReference> {
  /** Epoch ms, inclusive. */
  readonly from?: number;
  /** Epoch ms, exclusive. */
  readonly to?: number;
  readonly limit: number;
  readonly after?: BackupKey;
  /** Lists failed backups too. */
  readonly includeFailed?: boolean;
  /** Who made the backups: the callers, or the system when a table was deleted. @default USER */
  readonly type?: 'USER' | 'SYSTEM' | 'AWS_BACKUP' | 'ALL';
}

/** Backups, oldest first. `upTo`: the last record that was read, if there may be more of them. */
export interface BackupList {
  readonly backups: readonly BackupRecord[];
  readonly upTo?: BackupRecord;
}

/** A list reads at least this many records at once, and reads at most this many times. */
const minPageSize = 100;
const maxListPages = 10;

/**
 * Lists backups, except internal ones and by default failed ones. The backup `after` may be gone. Reads about a thousand
 * records at most, so a list may be shorter than the limit although there are more backups.
 */
export async function listBackups(rows: CatalogTable, query: ListQuery): Promise<BackupList> {
  // An id is a position, a hyphen and hex digits: the first bound sorts before all ids of its time, the second after
  // them.
  const from = `${toPosition(query.from ?? 0)}-`;
  const to = `${toPosition((query.to ?? 10 ** 14) - 1)}-g`;
  const found: BackupRecord[] = [];
  // DynamoDB refuses a cursor outside the range. One before the range has no effect.
  let after = query.after !== undefined && query.after.id >= from ? query.after : undefined;
  if (from > to || (after !== undefined && after.id > to)) return { backups: found };
  // Backups that the list leaves out use up places in pages too, so pages are not small.
  const pageSize = Math.max(query.limit, minPageSize);
  for (let pages = 1; ; pages++) {
    const page = await readPage(rows, query.table, { from, to }, pageSize, after);
    const listed = page.filter((backup) => isListed(backup, query));
    found.push(...listed.slice(0, query.limit - found.length));
    const upTo = page.at(-1);
    if (upTo === undefined || page.length < pageSize || found.length >= query.limit)
      return { backups: found };
    if (pages >= maxListPages) return { backups: found, upTo };
    after = { table: upTo.table.name, id: upTo.id };
  }
}

/** Reads the next `limit` backups after a backup, with ids in the range: those of one table, or of all tables. */
async function readPage(
  rows: CatalogTable,
  table: string | undefined,
  { from, to }: { readonly from: string; readonly to: string },
  limit: number,
  after: BackupKey | undefined,
): Promise<BackupRecord[]> {
  if (table !== undefined) {
    const range = { pk: keys.table({ table }).pk, from: `BACKUP#${from}`, to: `BACKUP#${to}` };
    return (await rows.queryRange(range, limit, after && keys.backup(after.table, after.id).sk)).map(
      decodeBackup,
    );
  }
  const range = {
    from,
    to,
    ...(after && { after: { ...keys.backup(after.table, after.id), position: after.id } }),
  };
  return (await rows.queryCollection('BACKUPS', range, limit)).map(decodeBackup);
}

function isListed({ internal, status, type, table }: BackupRecord, query: ListQuery): boolean {
  const { tableArn = table.arn, includeFailed = false, type: wanted = 'USER' } = query;
  if (wanted !== 'ALL' && wanted !== (type ?? 'USER')) return false;
  if (internal || status === 'DELETED' || table.arn !== tableArn) return false;
  return status !== 'FAILED' || includeFailed;
}
