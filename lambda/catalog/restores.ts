import type { Clock } from '../runtime/clock.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import type { Ids } from '../runtime/ids.ts';
import { executionName } from '../workflow/executions.ts';
import { backupId } from './backup-arn.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type { BackupRecord, RestoreRecord } from './records.ts';
import { keys } from './schema.ts';

/** Restore jobs: the latest one of each target table. While one runs it holds its snapshot alive. */
export class Restores {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(rows: CatalogTable, clock: Clock, ids: Ids) {
    this.#rows = rows;
    this.#clock = clock;
    this.#ids = ids;
  }

  async get(target: string): Promise<RestoreRecord | undefined> {
    return toRecord(await this.#rows.get(keys.restore(target)));
  }

  /** All of them: the sweep takes a restore that is not among them for ended. */
  async running(): Promise<RestoreRecord[]> {
    const rows = await this.#rows.collection('RESTORES', { from: ' ', to: '~' }, 100_000);
    return rows.map(toRecord).filter((record) => record !== undefined);
  }

  /** Throws `TableInUse` if the target is being restored, `BackupNotFound` if the snapshot is no longer alive. */
  async create(backup: BackupRecord, target: string, requestedBy?: string): Promise<RestoreRecord> {
    const id = backupId(this.#clock.now(), this.#ids.hex(8));
    const record: RestoreRecord = {
      id,
      target,
      backup: backup.id,
      backupArn: backup.arn,
      source: backup.table,
      requestedAt: this.#clock.now(),
      status: 'RESTORING',
      attempts: 1,
      ...(requestedBy !== undefined && { requestedBy }),
    };
    const refused = await this.#rows.transact([
      {
        Put: {
          Item: { ...keys.restore(target), ...record, collection: 'RESTORES', position: id },
          ConditionExpression: 'attribute_not_exists(pk) OR #status <> :restoring',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':restoring': 'RESTORING' },
        },
      },
      {
        Update: {
          Key: { ...keys.snapshot(backup.table.name, backup.id) },
          UpdateExpression: 'ADD restores :ids',
          ConditionExpression: 'alive = :true AND attribute_not_exists(released)',
          ExpressionAttributeValues: { ':ids': new Set([id]), ':true': true },
        },
      },
    ]);
    if (refused?.[0] === true) {
      const running = await this.get(target);
      throw new TidemarkError(
        'TableInUse',
        `Table: ${target} is already being restored from backup: ${running?.backupArn ?? 'another'}`,
      );
    }
    if (refused !== undefined) throw new TidemarkError('BackupNotFound', `Backup not found: ${backup.arn}`);
    return record;
  }

  /** Remembers which table was made; the same again is no error. Throws `TargetTableLost` if it is another one. */
  async tableMade(restore: RestoreRecord, tableId: string): Promise<void> {
    try {
      await this.#rows.update({
        Key: { ...keys.restore(restore.target) },
        UpdateExpression: 'SET targetTableId = :tableId',
        ConditionExpression: 'id = :id AND (attribute_not_exists(targetTableId) OR targetTableId = :tableId)',
        ExpressionAttributeValues: { ':tableId': tableId, ':id': restore.id },
      });
    } catch (error) {
      if (!isServiceError(error, 'ConditionalCheckFailedException')) throw error;
      throw new TidemarkError('TargetTableLost', `${restore.target} is not the table that this restore made`);
    }
  }

  /** Names a new execution in place of one that ended; undefined if another was faster. */
  async restart(restore: RestoreRecord): Promise<string | undefined> {
    const attempts = restore.attempts + 1;
    const refused = await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.restore(restore.target) },
          UpdateExpression: 'SET attempts = :next',
          ConditionExpression: 'id = :id AND attempts = :seen AND #status = :restoring',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':next': attempts,
            ':seen': restore.attempts,
            ':id': restore.id,
            ':restoring': 'RESTORING',
          },
        },
      },
    ]);
    return refused === undefined ? executionName(restore.id, attempts) : undefined;
  }

  /** Ends the job and lets go of the snapshot; does nothing if it has ended or another execution has it. */
  async end(restore: RestoreRecord, status: 'RESTORED' | 'FAILED', reason?: string): Promise<void> {
    const writes: Write[] = [
      {
        Update: {
          Key: { ...keys.restore(restore.target) },
          UpdateExpression:
            'SET #status = :status' +
            (reason === undefined ? '' : ', reason = :reason') +
            ' REMOVE #collection, #position',
          ConditionExpression: 'id = :id AND attempts = :seen AND #status = :restoring',
          ExpressionAttributeNames: {
            '#status': 'status',
            '#collection': 'collection',
            '#position': 'position',
          },
          ExpressionAttributeValues: {
            ':status': status,
            ':id': restore.id,
            ':seen': restore.attempts,
            ':restoring': 'RESTORING',
            ...(reason !== undefined && { ':reason': reason }),
          },
        },
      },
      {
        Update: {
          Key: { ...keys.snapshot(restore.source.name, restore.backup) },
          UpdateExpression: 'DELETE restores :ids',
          ExpressionAttributeValues: { ':ids': new Set([restore.id]) },
        },
      },
    ];
    await this.#rows.transact(writes);
  }
}

function toRecord(row: Record<string, unknown> | undefined): RestoreRecord | undefined {
  if (row === undefined) return undefined;
  const { pk: _pk, sk: _sk, collection: _collection, position: _position, ...record } = row;
  return record as unknown as RestoreRecord;
}
