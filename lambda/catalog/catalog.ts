import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../runtime/clock.ts';
import type { Ids } from '../runtime/ids.ts';
import { Backups } from './backups.ts';
import { CatalogTable } from './catalog-table.ts';
import { Counters } from './counters.ts';
import { Natives } from './natives.ts';
import { Restores } from './restores.ts';
import { Snapshots } from './snapshots.ts';
import { Turns } from './turns.ts';

/** The catalog: one DynamoDB table, and the only place that knows its keys and conditions. */
export interface Catalog {
  readonly backups: Backups;
  readonly natives: Natives;
  readonly turns: Turns;
  readonly snapshots: Snapshots;
  readonly restores: Restores;
  readonly counters: Counters;
}

export function openCatalog(client: DynamoDBClient, tableName: string, clock: Clock, ids: Ids): Catalog {
  const rows = new CatalogTable(client, tableName, clock);
  return {
    backups: new Backups(rows, clock, ids),
    natives: new Natives(rows, clock),
    turns: new Turns(rows, clock),
    snapshots: new Snapshots(rows, clock),
    restores: new Restores(rows, clock, ids),
    counters: new Counters(rows, clock),
  };
}
