import { TidemarkError } from '../runtime/errors.ts';
import type { BackupKey } from './backup-arn.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type { BackupId, BackupRecord } from './records.ts';
import { keys } from './schema.ts';

/** A snapshot's life: alive until nothing needs it; what is dead never comes back. */
export interface SnapshotRecord {
  readonly id: BackupId;
  readonly tableId: string;
  readonly manifestSha256: string;
  readonly internal: boolean;
  readonly alive: boolean;
}

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

  constructor(rows: CatalogTable) {
    this.#rows = rows;
  }

  async get({ table, id }: BackupKey): Promise<SnapshotRecord | undefined> {
    return (await this.#rows.get(keys.snapshot(table, id))) as SnapshotRecord | undefined;
  }

  /**
   * Ends a backup's record; then its snapshot dies, unless it is pinned or the head (a later call may end it).
   * Throws `BackupInUse` if a restore reads it or it is being created, `BackupNotFound` if it is gone already.
   */
  async deleteBackup(backup: BackupRecord): Promise<void> {
    const key = { table: backup.table.name, id: backup.id };
    const hasSnapshot = backup.status === 'AVAILABLE';
    const refused = await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.backup(key.table, key.id) },
          UpdateExpression: 'SET #status = :deleted REMOVE #collection, #position',
          ConditionExpression: '#status = :seen',
          ExpressionAttributeNames: {
            '#status': 'status',
            '#collection': 'collection',
            '#position': 'position',
          },
          ExpressionAttributeValues: { ':deleted': 'DELETED', ':seen': backup.status },
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

  /** Ends a released snapshot's life, unless something holds it or it is the head. */
  async kill(key: BackupKey): Promise<void> {
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.snapshot(key.table, key.id) },
          UpdateExpression: 'SET alive = :false',
          ConditionExpression:
            'released = :true AND attribute_not_exists(pins) AND attribute_not_exists(restores)',
          ExpressionAttributeValues: { ':false': false, ':true': true },
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
