import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../runtime/clock.ts';
import type { Ids } from '../runtime/ids.ts';
import { Backups } from './backups.ts';
import { CatalogTable } from './catalog-table.ts';
import { Counters } from './counters.ts';
import { Natives } from './natives.ts';
import { Nonces } from './nonces.ts';
import { Restores } from './restores.ts';
import { Sets } from './sets.ts';
import { SinkRecords } from './sinks.ts';
import { Snapshots } from './snapshots.ts';
import { Turns } from './turns.ts';

/**
 * The catalog: one DynamoDB table with a record for each backup, snapshot, restore and table name.
 *
 * ```
 * operations, steps, sweep, reconciler
 *   | plain records (lambda/model/records.ts)
 * backups natives turns snapshots restores sets counters nonces   the queries and changes that exist
 *   | *-writes.ts: the conditional writes                | decode.ts: a row -> a record, or CatalogRecordInvalid
 * catalog-table.ts                                       transactions, queries, retries
 *   | schema.ts: keys and collections
 * DynamoDB
 * ```
 *
 * What always holds: every change of a status, a head, a turn or a pin is one conditional transaction, so it happens once,
 * even if a late twin repeats it. Reads by key are consistent; lists over all tables are eventually consistent.
 */
export interface Catalog {
  /** The name of the catalog's own table. */
  readonly tableName: string;
  readonly backups: Backups;
  readonly natives: Natives;
  readonly turns: Turns;
  readonly snapshots: Snapshots;
  readonly restores: Restores;
  readonly sets: Sets;
  readonly counters: Counters;
  readonly nonces: Nonces;
  readonly sinks: SinkRecords;
}

/** Opens the catalog in the table of this name, which must exist. */
export function openCatalog(client: DynamoDBClient, tableName: string, clock: Clock, ids: Ids): Catalog {
  const rows = new CatalogTable(client, tableName, clock);
  return {
    tableName,
    backups: new Backups(rows, clock, ids),
    natives: new Natives(rows, clock),
    turns: new Turns(rows, clock),
    snapshots: new Snapshots(rows, clock),
    restores: new Restores(rows, clock, ids),
    sets: new Sets(rows, clock),
    counters: new Counters(rows, clock),
    nonces: new Nonces(rows, clock),
    sinks: new SinkRecords(rows),
  };
}
