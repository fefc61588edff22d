import type { BackupKey } from '../model/backup-arn.ts';
import type { Lineage } from '../model/data-sinks.ts';
import type { RestoreId, BackupId } from '../model/ids.ts';
import type { BackupRecord, Ends } from '../model/records.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import { type Census, type FormerFolder, forgetFolder, noteFolder, takeCensus } from './census.ts';
import { decodeBackup, decodeSnapshot } from './decode.ts';
import { toDeletedTtl } from './common-writes.ts';
import { keys, toPosition, ttlAttribute } from './schema.ts';
import { deleteMember } from './set-writes.ts';

/** Damage in stored objects that a verification, a restore, a read, a comparison or a backup has found. */
export interface SeenDamage {
  readonly reason: string;
  /** Epoch ms. */
  readonly seenAt: number;
}

/** The caller who deletes a backup, and the request. */
export type Deletion = Pick<BackupRecord, 'deletedBy' | 'deletedFor'>;

/** A snapshot is alive until nothing needs it. A dead snapshot never becomes alive again. */
export interface SnapshotRecord {
  readonly id: BackupId;
  readonly tableId: string;
  /** The data sink that holds it, unless that is the default one. */
  readonly sink?: string;
  readonly manifestSha256: string;
  /** The earliest backup that wrote a run to which the snapshot refers. */
  readonly oldestRun: BackupId;
  readonly ends: Ends;
  readonly internal: boolean;
  readonly alive: boolean;
  /** Set if the snapshot holds the content of a time (epoch ms) before its request. Such a snapshot was never the head. */
  readonly asOf?: number;
  /** Set once its backup is deleted: it dies as soon as nothing holds it. */
  readonly released?: true;
  /** Epoch ms. */
  readonly diedAt?: number;
  /** The executions that make a backup from it. */
  readonly pins?: ReadonlySet<string>;
  /** The restores that read it. */
  readonly restores?: ReadonlySet<RestoreId>;
  /** The first damage that was found in the snapshot's objects. Once it is set, no backup continues the snapshot. */
  readonly damage?: SeenDamage;
}

/** A write that keeps a snapshot alive for a holder, on condition that it is alive. */
export function pinSnapshot(table: string, snapshot: BackupId, holder: string): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(table, snapshot) },
      UpdateExpression: 'ADD pins :holders',
      ConditionExpression: 'alive = :true',
      ExpressionAttributeValues: { ':holders': new Set([holder]), ':true': true },
    },
  };
}

export function unpinSnapshot(table: string, snapshot: BackupId, holder: string): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(table, snapshot) },
      UpdateExpression: 'DELETE pins :holders',
      ExpressionAttributeValues: { ':holders': new Set([holder]) },
    },
  };
}

/**
 * The records of snapshots. A commit creates one alive (`turns.ts`). Deleting its backup releases it, and it dies once it
 * is released, nothing holds it and it is not the head. The sweep forgets it after that.
 */
export class Snapshots {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  async get({ table, id }: BackupKey): Promise<SnapshotRecord | undefined> {
    const row = await this.#rows.get(keys.snapshot(table, id));
    return row && decodeSnapshot(row);
  }

  /** Takes the census of a table name (`census.ts`). It contains only those deleted backups whose ids are `listed`. */
  takeCensus(table: string, listed: Iterable<BackupId> = []): Promise<Census> {
    return takeCensus(this.#rows, table, listed);
  }

  /**
   * Reads the snapshots of a lineage whose backups were requested from `since` to `until` (epoch ms), or until now, the latest
   * first. Reads at most `limit` rows, of all lineages of the table's name.
   */
  async listLatest(
    lineage: Lineage,
    { since, until }: { readonly since: number; readonly until?: number },
    limit: number,
  ): Promise<SnapshotRecord[]> {
    const range = {
      pk: keys.table(lineage).pk,
      from: `SNAPSHOT#${toPosition(since)}`,
      to: `SNAPSHOT#${until === undefined ? '' : toPosition(until)}~`,
      newestFirst: true,
    } as const;
    const snapshots = (await this.#rows.queryRange(range, limit)).map(decodeSnapshot);
    return snapshots.filter(({ sink }) => sink === lineage.sink);
  }

  /**
   * Marks a backup as deleted. Then its snapshot dies, unless something holds it or it is the head; in that case a later
   * call may end its life. Throws `BackupInUse` if a restore reads the backup or it is being created, `BackupNotFound` if
   * it is deleted already.
   */
  async deleteBackup(backup: BackupRecord, deletion: Deletion = {}): Promise<void> {
    const key = { table: backup.table.name, id: backup.id, sink: backup.sink };
    const hasSnapshot = backup.status === 'AVAILABLE' && backup.source !== 'native';
    const row = await this.#rows.get(keys.backup(key.table, key.id));
    if (row === undefined) throw new TidemarkError('BackupNotFound', `Backup not found: ${backup.arn}`);
    const refused = await this.#rows.transact([
      removeRecord(backup),
      keepDeleted(decodeBackup(row), { ...deletion, deletedAt: this.#clock.now() }),
      ...(backup.source === 'native' ? [] : [noteFolder(backup, this.#clock.now())]),
      { Delete: { Key: { ...keys.expiry(key.table, key.id) } } },
      ...(hasSnapshot ? [releaseSnapshot(key)] : []),
      ...(backup.set === undefined ? [] : [deleteMember(backup.set, backup)]),
    ]);
    if (refused?.[0] === true) throw new TidemarkError('BackupNotFound', `Backup not found: ${backup.arn}`);
    if (refused !== undefined) {
      throw new TidemarkError('BackupInUse', `Backup is being used to restore table: ${backup.arn}`);
    }
    if (hasSnapshot) await this.kill(key);
  }

  /** Records the first damage that was seen in a snapshot. Does nothing if the snapshot has no record. */
  async noteDamage({ table, id }: BackupKey, { reason, seenAt }: SeenDamage): Promise<void> {
    const damage: SeenDamage = { reason: shortenText(reason), seenAt };
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.snapshot(table, id) },
          UpdateExpression: 'SET damage = if_not_exists(damage, :damage)',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':damage': damage },
        },
      },
    ]);
  }

  /** Removes a dead snapshot's record. Does nothing if it is alive or has no record. */
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

  /** Removes the note by which the sweep lists a folder, unless another backup in it was deleted since. */
  async forgetFolder(table: string, folder: FormerFolder): Promise<void> {
    await this.#rows.transact([forgetFolder(table, folder)]);
  }

  /** Ends a released snapshot's life, unless something holds it or it is the head of its lineage. */
  async kill(key: Pick<BackupKey, 'table' | 'id'> & Lineage): Promise<void> {
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
          Key: { ...keys.table(key) },
          ConditionExpression: 'attribute_not_exists(head) OR head.#snapshot <> :id',
          ExpressionAttributeNames: { '#snapshot': 'snapshot' },
          ExpressionAttributeValues: { ':id': key.id },
        },
      },
    ]);
  }
}

/** Removes the backup's record, on condition that its status has not changed since it was read. */
function removeRecord({ id, status, table }: BackupRecord): Write {
  return {
    Delete: {
      Key: { ...keys.backup(table.name, id) },
      ConditionExpression: '#status = :seen',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':seen': status },
    },
  };
}

/**
 * Stores the record of a deleted backup for 90 days, under a key that no list reads: it is found only by its id. A record
 * with a final status does not change otherwise.
 */
function keepDeleted(
  backup: BackupRecord,
  deletion: Deletion & Required<Pick<BackupRecord, 'deletedAt'>>,
): Write {
  const { id, table } = backup;
  const deleted: BackupRecord = {
    ...backup,
    status: 'DELETED',
    ...deletion,
  };
  const place = { collection: 'DELETED', position: id, [ttlAttribute]: toDeletedTtl(deletion.deletedAt) };
  return { Put: { Item: { ...keys.deletedBackup(table.name, id), ...deleted, ...place } } };
}

/** Lets the snapshot die once nothing holds it. Fails while a restore reads it. */
function releaseSnapshot(key: BackupKey): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(key.table, key.id) },
      UpdateExpression: 'SET released = :true',
      ConditionExpression: 'attribute_not_exists(restores)',
      ExpressionAttributeValues: { ':true': true },
    },
  };
}
