import type { Lineage } from '../model/data-sinks.ts';
import type { BackupId } from '../model/ids.ts';
import type { SetId, SetKey } from '../model/sets.ts';

/**
 * The keys of the catalog's one table. All records of a table name share a partition, so that one consistent query or
 * transaction covers them. Two sorts of records have partitions of their own, because rights to a part of the catalog can
 * only name partitions: the mark of a native backup, which the function that requests backups may delete, but no backup;
 * and the records of the restore into a table name, which only functions that start or make restores may write. The index gathers the
 * records of one collection over all tables.
 *
 * | record      | pk            | sk             | collection, position                          |
 * | ----------- | ------------- | -------------- | --------------------------------------------- |
 * | table       | `TABLE#name`  | `TABLE`        | TABLES, name                                  |
 * | in a sink   | `TABLE#name`  | `TABLE#sink`   | TABLES, name@sink                             |
 * | backup      | `TABLE#name`  | `BACKUP#id`    | BACKUPS, id (unless internal)                 |
 * | once deleted| `TABLE#name`  | `DELETED#id`   | DELETED, id                    (with a TTL)   |
 * | expiry      | `TABLE#name`  | `EXPIRY#id`    | EXPIRIES, 14-digit epoch ms                   |
 * | folder      | `TABLE#name`  | `FOLDER#id`    |                                               |
 * | in a sink   | `TABLE#name`  | `FOLDER#id@sink` |                                             |
 * | native      | `NATIVE#name` | `NATIVE#id`    | NATIVES, id (only while DynamoDB makes it)    |
 * | snapshot    | `TABLE#name`  | `SNAPSHOT#id`  |                                               |
 * | restore     | `RESTORE#target`| `RESTORE`    | RESTORES, id (only while it is running)       |
 * |             |               |                | FAILED_RESTORES, 14-digit epoch ms (until the |
 * |             |               |                | reconciler has checked its target once more)  |
 * | listing     | `RESTORE#target`| `LISTED`     | LISTED_RESTORES, id of the latest restore     |
 * | use         | `RESTORE#target`| `USE`        | USES_OF#table#backup, id of the latest restore|
 * | set         | `SETS#name`   | `SET#id`       | SETS, 16-digit id                             |
 * | once deleted| `SETS#name`   | `DELETED#id`   |                                (with a TTL)   |
 * | member      | `SETS#name`   | `MEMBER#id#table` |            (with a TTL once deleted)       |
 * | open set    | `SETS#name`   | `OPEN#id`      | OPEN_SETS, 16-digit id (while it is being     |
 * |             |               |                | made or deleted)                              |
 * | series      | `SETS#name`   | `SERIES`       |                                               |
 * | set's expiry| `SETS#name`   | `EXPIRY#id`    | SET_EXPIRIES, 14-digit epoch ms               |
 * | last set    | `COUNTER#SETS`| `COUNTER`      |                                               |
 * | data sink   | `SINKS#MADE`  | `SINK#name`    |                                               |
 * | counter     | `COUNTER#...` | `COUNTER`      |                                (with a TTL)   |
 * | request     | `REQUEST#key` | `REQUEST`      |                                (with a TTL)   |
 * | nonce       | `NONCE#hash`  | `NONCE`        |                                (with a TTL)   |
 */
export const index = { name: 'by-collection', partition: 'collection', sort: 'position' } as const;

/** The attribute by which DynamoDB removes counters, request records, nonces and records of what was deleted, epoch seconds. */
export const ttlAttribute = 'ttl';

export interface RecordKey {
  readonly pk: string;
  readonly sk: string;
}

export const keys = {
  table: ({ table, sink }: Lineage): RecordKey => ({
    pk: `TABLE#${table}`,
    sk: sink === undefined ? 'TABLE' : `TABLE#${sink}`,
  }),
  backup: (table: string, id: BackupId): RecordKey => ({ pk: `TABLE#${table}`, sk: `BACKUP#${id}` }),
  deletedBackup: (table: string, id: BackupId): RecordKey => ({
    pk: `TABLE#${table}`,
    sk: `DELETED#${id}`,
  }),
  expiry: (table: string, id: BackupId): RecordKey => ({ pk: `TABLE#${table}`, sk: `EXPIRY#${id}` }),
  folder: ({ table, sink }: Lineage, tableId: string): RecordKey => ({
    pk: `TABLE#${table}`,
    sk: `FOLDER#${tableId}${sink === undefined ? '' : `@${sink}`}`,
  }),
  native: (table: string, id: BackupId): RecordKey => ({ pk: `NATIVE#${table}`, sk: `NATIVE#${id}` }),
  snapshot: (table: string, id: BackupId): RecordKey => ({ pk: `TABLE#${table}`, sk: `SNAPSHOT#${id}` }),
  restore: (target: string): RecordKey => ({ pk: `RESTORE#${target}`, sk: 'RESTORE' }),
  listedRestore: (target: string): RecordKey => ({ pk: `RESTORE#${target}`, sk: 'LISTED' }),
  backupUse: (target: string): RecordKey => ({ pk: `RESTORE#${target}`, sk: 'USE' }),
  counter: (name: string): RecordKey => ({ pk: `COUNTER#${name}`, sk: 'COUNTER' }),
  request: (key: string): RecordKey => ({ pk: `REQUEST#${key}`, sk: 'REQUEST' }),
  set: ({ name, id }: SetKey): RecordKey => ({ pk: `SETS#${name}`, sk: `SET#${toSetPosition(id)}` }),
  deletedSet: ({ name, id }: SetKey): RecordKey => ({
    pk: `SETS#${name}`,
    sk: `DELETED#${toSetPosition(id)}`,
  }),
  setMember: ({ name, id }: SetKey, table: string): RecordKey => ({
    pk: `SETS#${name}`,
    sk: `MEMBER#${toSetPosition(id)}#${table}`,
  }),
  openSet: ({ name, id }: SetKey): RecordKey => ({ pk: `SETS#${name}`, sk: `OPEN#${toSetPosition(id)}` }),
  series: (name: string): RecordKey => ({ pk: `SETS#${name}`, sk: 'SERIES' }),
  setExpiry: ({ name, id }: SetKey): RecordKey => ({ pk: `SETS#${name}`, sk: `EXPIRY#${toSetPosition(id)}` }),
  sink: (name: string): RecordKey => ({ pk: 'SINKS#MADE', sk: `SINK#${name}` }),
  nonce: (hash: string): RecordKey => ({ pk: `NONCE#${hash}`, sk: 'NONCE' }),
};

export type Collection =
  | 'TABLES'
  | 'BACKUPS'
  | 'DELETED'
  | 'EXPIRIES'
  | 'NATIVES'
  | 'RESTORES'
  | 'FAILED_RESTORES'
  | 'LISTED_RESTORES'
  | 'SETS'
  | 'OPEN_SETS'
  | 'SET_EXPIRIES'
  | UsesOfBackup;

/** The restores of one backup. */
type UsesOfBackup = `USES_OF#${string}`;

export function usesOf(table: string, id: BackupId): UsesOfBackup {
  return `USES_OF#${table}#${id}`;
}

/** The position of a time (epoch ms): 14 digits, so that positions sort like times. */
export function toPosition(time: number): string {
  return String(time).padStart(14, '0');
}

/** The position of a set: 16 digits, so that positions sort like ids. */
export function toSetPosition(id: SetId | 0): string {
  return String(id).padStart(16, '0');
}
