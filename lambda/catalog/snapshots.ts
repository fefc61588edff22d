import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type { BackupId, BackupRecord, BackupStatus, Ends } from '../model/records.ts';
import { keys } from './schema.ts';

/** A snapshot's life: alive until nothing needs it; what is dead never comes back. */
export interface SnapshotRecord {
  readonly id: BackupId;
  readonly tableId: string;
  readonly manifestSha256: string;
  readonly ends: Ends;
  readonly internal: boolean;
  readonly alive: boolean;
  /** Epoch ms whose content it holds, if that is not its request's: it was never the head. */
  readonly asOf?: number;
  /** Its backup is deleted: it dies as soon as nothing holds it. */
  readonly released?: true;
  /** Epoch ms. */
  readonly diedAt?: number;
}

/** What the catalog says of all backups and snapshots of one table name, whatever its TableId was. */
export interface Census {
  readonly backups: ReadonlyMap<BackupId, { readonly status: BackupStatus; readonly tableId: string }>;
  /** In ascending order of their ids. */
  readonly snapshots: readonly SnapshotRecord[];
}

/** Records read at a time for a census: their descriptions are not kept in memory. */
const censusPage = 500;

/** A write that keeps a snapshot alive for a holder, on condition that it is alive. */
export function pinned(table: string, snapshot: BackupId, holder: string): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(table, snapshot) },
      UpdateExpression: 'ADD pins :holders',
      ConditionExpression: 'alive = :true',
      ExpressionAttributeValues: { ':holders': new Set([holder]), ':true': true },
    },
  };
}

export function unpinned(table: string, snapshot: BackupId, holder: string): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(table, snapshot) },
      UpdateExpression: 'DELETE pins :holders',
      ExpressionAttributeValues: { ':holders': new Set([holder]) },
    },
  };
}

export class Snapshots {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  async get({ table, id }: BackupKey): Promise<SnapshotRecord | undefined> {
    return (await this.#rows.get(keys.snapshot(table, id))) as SnapshotRecord | undefined;
  }

  /**
   * Every backup and snapshot of the name, each read consistently, one after another in ascending order of the sort
   * keys: all backups before all snapshots, and a parent before its children. The sweep's safety rests on this order.
   */
  async takeCensus(table: string): Promise<Census> {
    const backups = new Map<BackupId, { status: BackupStatus; tableId: string }>();
    const snapshots: SnapshotRecord[] = [];
    const { pk } = keys.table(table);
    for (let after: string | undefined, more = true; more;) {
      const rows = await this.#rows.range(pk, 'BACKUP#', 'SNAPSHOT#~', censusPage, after);
      for (const row of rows) {
        after = String(row['sk']);
        if (after.startsWith('BACKUP#')) {
          const backup = row as unknown as BackupRecord;
          backups.set(backup.id, { status: backup.status, tableId: backup.table.tableId });
        } else if (after.startsWith('SNAPSHOT#')) {
          snapshots.push(row as unknown as SnapshotRecord);
        }
      }
      more = rows.length === censusPage;
    }
    return { backups, snapshots };
  }

  /**
   * Ends a backup's record; then its snapshot dies, unless it is pinned or the head (a later call may end it).
   * Throws `BackupInUse` if a restore reads it or it is being created, `BackupNotFound` if it is gone already.
   */
  async deleteBackup(backup: BackupRecord, deletedBy?: string): Promise<void> {
    const key = { table: backup.table.name, id: backup.id };
    const hasSnapshot = backup.status === 'AVAILABLE' && backup.source !== 'native';
    const refused = await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.backup(key.table, key.id) },
          UpdateExpression:
            `SET #status = :deleted${deletedBy === undefined ? '' : ', deletedBy = :by'} ` +
            'REMOVE #collection, #position',
          ConditionExpression: '#status = :seen',
          ExpressionAttributeNames: {
            '#status': 'status',
            '#collection': 'collection',
            '#position': 'position',
          },
          ExpressionAttributeValues: {
            ':deleted': 'DELETED',
            ':seen': backup.status,
            ...(deletedBy !== undefined && { ':by': deletedBy }),
          },
        },
      },
      { Delete: { Key: { ...keys.expiry(key.table, key.id) } } },
      ...(hasSnapshot ? [this.#released(key)] : []),
    ]);
    if (refused?.[0] === true) throw new TidemarkError('BackupNotFound', `Backup not found: ${backup.arn}`);
    if (refused !== undefined) {
      throw new TidemarkError('BackupInUse', `Backup is being used to restore table: ${backup.arn}`);
    }
    if (hasSnapshot) await this.kill(key);
  }

  /** Removes a dead snapshot's record; one that is alive or gone stays as it is. */
  async forget({ table, id }: BackupKey): Promise<void> {
    await this.#rows.transact([
      {
        Delete: {
          Key: { ...keys.snapshot(table, id) },
          ConditionExpression: 'alive = :false',
          ExpressionAttributeValues: { ':false': false },
        },
      },
    ]);
  }

  /** Ends a released snapshot's life, unless something holds it or it is the head. */
  async kill(key: BackupKey): Promise<void> {
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.snapshot(key.table, key.id) },
          UpdateExpression: 'SET alive = :false, diedAt = :now',
          ConditionExpression:
            'alive = :true AND released = :true AND attribute_not_exists(pins) AND attribute_not_exists(restores)',
          ExpressionAttributeValues: { ':false': false, ':true': true, ':now': this.#clock.now() },
        },
      },
      {
        ConditionCheck: {
          Key: { ...keys.table(key.table) },
          ConditionExpression: 'attribute_not_exists(head) OR head.#snapshot <> :id',
          ExpressionAttributeNames: { '#snapshot': 'snapshot' },
          ExpressionAttributeValues: { ':id': key.id },
        },
      },
    ]);
  }

  #released(key: BackupKey): Write {
    return {
      Update: {
        Key: { ...keys.snapshot(key.table, key.id) },
        UpdateExpression: 'SET released = :true',
        ConditionExpression: 'attribute_not_exists(restores)',
        ExpressionAttributeValues: { ':true': true },
      },
    };
  }
}
