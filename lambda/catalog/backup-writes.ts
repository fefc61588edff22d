import type { BackupRecord } from '../model/records.ts';
import type { Write } from './catalog-table.ts';
import { putNew, rememberRequest } from './common-writes.ts';
import { keys, toPosition } from './schema.ts';
import { createMember } from './set-writes.ts';

/** At most this many backups of a table may wait for its turn: the table's record lists them all. */
export const maxPending = 1000;

/**
 * All callers together may have at most this many backups of a table waiting. The rest is for schedules and Tidemark
 * itself.
 */
export const maxRequested = 900;

/** One caller may have at most this many backups of a table waiting, so that nobody blocks the others. */
export const maxOfCaller = 100;

/**
 * Builds the transaction that catalogs a backup. None of its records may exist yet. `now`: epoch ms. `max`: how many
 * backups of the table may wait, including this one.
 */
export function createBackupWrites(
  backup: BackupRecord,
  requestKey: string | undefined,
  now: number,
  max: number,
): Write[] {
  const { id, expiresAt, table } = backup;
  const key = { table: table.name, id };
  const writes: Write[] = [
    backup.source === 'native' ? markNative(backup) : addPending(backup, max),
    putNew({
      ...keys.backup(table.name, id),
      ...backup,
      ...(!backup.internal && { collection: 'BACKUPS', position: id }),
    }),
  ];
  if (expiresAt !== undefined) {
    const place = { collection: 'EXPIRIES', position: toPosition(expiresAt) };
    writes.push(putNew({ ...keys.expiry(table.name, id), ...key, ...place }));
  }
  if (backup.set !== undefined) writes.push(createMember(backup.set, backup));
  if (requestKey !== undefined) writes.push(rememberRequest(requestKey, key, now));
  return writes;
}

/** The backup waits for its table's turn, with at most `max`. Its marker must be later than the table's last one. */
function addPending({ id, marker, table, sink }: BackupRecord, max: number): Write {
  return {
    Update: {
      Key: { ...keys.table({ table: table.name, sink }) },
      UpdateExpression:
        'SET lastMarker = :marker, #name = :name, #collection = :tables, #position = :position' +
        `${sink === undefined ? '' : ', sink = :sink'} ADD pending :ids`,
      ConditionExpression:
        '(attribute_not_exists(lastMarker) OR lastMarker < :marker) AND ' +
        '(attribute_not_exists(pending) OR size(pending) < :max)',
      ExpressionAttributeNames: { '#name': 'name', '#collection': 'collection', '#position': 'position' },
      ExpressionAttributeValues: {
        ':marker': marker,
        ':max': max,
        ':name': table.name,
        ':position': sink === undefined ? table.name : `${table.name}@${sink}`,
        ...(sink !== undefined && { ':sink': sink }),
        ':tables': 'TABLES',
        ':ids': new Set([id]),
      },
    },
  };
}

/** The reconciler finds a native backup that is CREATING through this record. */
function markNative({ id, table }: BackupRecord): Write {
  const place = { collection: 'NATIVES', position: id };
  return putNew({ ...keys.native(table.name, id), table: table.name, id, ...place });
}
