import { decodeBackup, decodeRestore, decodeSnapshot } from '../../lambda/catalog/decode.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import type { BackupRecord, Head, RestoreRecord } from '../../lambda/model/records.ts';
import { unmarshall } from './services/values.ts';
import type { Row } from './services/expressions.ts';

/** Returns the sort of a record, by its sort key. */
export function sortOf(row: Row): string {
  return String(row['sk']?.S).split('#')[0] ?? '';
}

/** Returns the name of the table that a record belongs to. */
export function tableOf(row: Row): string {
  return String(row['pk']?.S).replace(/^[A-Z]+#/, '');
}

export function toBackup(row: Row): BackupRecord {
  return decodeBackup(unmarshall(row));
}

export function toSnapshot(row: Row): SnapshotRecord {
  return decodeSnapshot(unmarshall(row));
}

export function toRestore(row: Row): RestoreRecord {
  return decodeRestore(unmarshall(row));
}

/** Returns the head in a table's record. */
export function headOf(row: Row): Head | undefined {
  const head = row['head']?.M;
  return head && (unmarshall(head) as unknown as Head);
}
