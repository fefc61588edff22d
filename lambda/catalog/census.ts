import pMap from 'p-map';
import type { BackupId } from '../model/ids.ts';
import type { BackupRecord, BackupStatus } from '../model/records.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import { decodeBackup, decodeFolder, decodeSnapshot } from './decode.ts';
import { keys } from './schema.ts';
import type { SnapshotRecord } from './snapshots.ts';

/**
 * The records by which the sweep decides: the backups and snapshots of one table name, of all TableIds that it has had. Of
 * the deleted backups it has only those whose ids the caller named, because their number grows with time.
 */
export interface Census {
  /** In ascending order of their ids. */
  readonly backups: ReadonlyMap<BackupId, CountedBackup>;
  /** In ascending order of their ids. */
  readonly snapshots: readonly SnapshotRecord[];
  /** The folders of the store in which a backup was deleted. */
  readonly folders: readonly FormerFolder[];
}

/** The members of a backup's record by which the sweep decides. Without `sink`, the backup is in the default sink. */
export interface CountedBackup {
  readonly status: BackupStatus;
  readonly tableId: string;
  readonly sink?: string;
}

/**
 * The folder of a TableId of which a backup was deleted. A late twin may still store objects there when no backup and no
 * snapshot refers to the folder any longer, so the sweep lists it until it has been empty for a while.
 */
export interface FormerFolder {
  readonly tableId: string;
  /** The data sink that has the folder, unless that is the default one. */
  readonly sink?: string;
  /** When the last backup was deleted, epoch ms. */
  readonly since: number;
}

/** How many rows a census reads at a time. It does not keep the descriptions of tables in memory. */
const pageSize = 500;

/** How many records of deleted backups are read at once. */
const maxLookups = 16;

/**
 * Reads the table name's records, each consistently: the backups that are not deleted, then those of the `listed` ids that
 * are deleted, then all snapshots, a parent before its children. The sweep's safety rests on this order; and a backup that
 * is deleted during the reading is read at least once.
 */
export async function takeCensus(
  rows: CatalogTable,
  table: string,
  listed: Iterable<BackupId>,
): Promise<Census> {
  const backups = new Map<BackupId, CountedBackup>();
  const add = ({ id, status, table: { tableId }, sink }: BackupRecord) =>
    backups.set(id, { status, tableId, ...(sink !== undefined && { sink }) });
  const { pk } = keys.table({ table });
  const present = { pk, from: 'BACKUP#', to: 'BACKUP#~' };
  for await (const row of rows.streamRange(present, pageSize)) add(decodeBackup(row));
  const missing = [...new Set(listed)].filter((id) => !backups.has(id));
  await pMap(
    missing,
    async (id) => {
      const row = await rows.get(keys.deletedBackup(table, id));
      if (row !== undefined) add(decodeBackup(row));
    },
    { concurrency: maxLookups },
  );
  const snapshots: SnapshotRecord[] = [];
  const folders: FormerFolder[] = [];
  for await (const row of rows.streamRange({ pk, from: 'FOLDER#', to: 'SNAPSHOT#~' }, pageSize)) {
    const key = String(row['sk']);
    if (key.startsWith('FOLDER#')) folders.push(decodeFolder(row));
    if (key.startsWith('SNAPSHOT#')) snapshots.push(decodeSnapshot(row));
  }
  return { backups: new Map([...backups].toSorted(([a], [b]) => (a < b ? -1 : 1))), snapshots, folders };
}

/** Creates the write that has the sweep list the folder of a deleted backup. It is part of the deletion's transaction. */
export function noteFolder({ table, sink }: BackupRecord, now: number): Write {
  const folder: FormerFolder = { tableId: table.tableId, since: now, ...(sink !== undefined && { sink }) };
  return { Put: { Item: { ...keys.folder({ table: table.name, sink }, table.tableId), ...folder } } };
}

/** Creates the write that has the sweep list a folder no longer, unless another backup in it was deleted since. */
export function forgetFolder(table: string, { tableId, sink, since }: FormerFolder): Write {
  return {
    Delete: {
      Key: { ...keys.folder({ table, sink }, tableId) },
      ConditionExpression: 'since = :since',
      ExpressionAttributeValues: { ':since': since },
    },
  };
}
