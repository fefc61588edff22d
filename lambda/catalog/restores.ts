import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Ids } from '../runtime/ids.ts';
import { executionName } from '../jobs/job.ts';
import { createRestoreId } from '../model/ids.ts';
import { type CatalogTable, maxRecords, type Write } from './catalog-table.ts';
import type { BackupRecord, RestoreRecord, TableDescription, TargetFate } from '../model/records.ts';
import {
  beginning,
  changingFate,
  ending,
  forgetting,
  freeing,
  holding,
  maxRunningRestores,
  ofExecution,
  type RestoreEnd,
  released,
  taking,
  withoutSnapshot,
} from './restore-writes.ts';
import { keys, position } from './schema.ts';

/** What a request says of the restore it wants. */
export interface NewRestore {
  readonly backup: BackupRecord;
  /** The name of the table to make. */
  readonly target: string;
  readonly description: TableDescription;
  readonly requestedBy?: string;
  readonly requestKey?: string;
}

/** What becomes known of a restore on its way. */
export type RestoreNote = Pick<
  RestoreRecord,
  'way' | 'why' | 'importArn' | 'imported' | 'settled' | 'reason'
>;

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
  async listRunning(): Promise<RestoreRecord[]> {
    const rows = await this.#rows.all('RESTORES');
    return rows.map(toRecord).filter((record) => record !== undefined);
  }

  /** Those that failed until then, epoch ms, and were not forgotten since. Eventually consistent. */
  async listFailed(until: number): Promise<RestoreRecord[]> {
    const range = { from: ' ', to: position(until) };
    const rows = await this.#rows.collection('FAILED_RESTORES', range, maxRecords);
    return rows.map(toRecord).filter((record) => record !== undefined);
  }

  /** Takes one that failed off the list of those; its record stays. */
  async forget({ target, id }: RestoreRecord): Promise<void> {
    await this.#rows.transact([forgetting(target, id)]);
  }

  /** Records what became of a failed restore's table, if the target was not restored to again since. */
  async changeFate({ target, id }: RestoreRecord, fate: TargetFate): Promise<void> {
    await this.#rows.transact([changingFate(target, id, fate)]);
  }

  /**
   * Throws `TableInUse` if the target is being restored, `BackupNotFound` if the snapshot is no longer alive,
   * `LimitExceeded` if as many restores run as may. One backup may feed any number of restores at once: a snapshot never
   * changes, and it is held by each of them.
   */
  async create(request: NewRestore): Promise<RestoreRecord> {
    const record = this.#record(request, request.backup.marker);
    await this.#begin(record, holding(record));
    return record;
  }

  /** The same for a backup that is still being made: the restore calls `hold` when it is there. */
  async createForPointInTime(request: NewRestore): Promise<RestoreRecord> {
    const { asOf, marker } = request.backup;
    const record = { ...this.#record(request, asOf ?? marker), pointInTime: true } as const;
    await this.#begin(record);
    return record;
  }

  /** Holds the restore's snapshot alive; false if it is not there or dead, or if the execution has lost the restore. */
  async hold(restore: RestoreRecord): Promise<boolean> {
    const writes = [{ ConditionCheck: ofExecution(restore) }, holding(restore)];
    return (await this.#rows.transact(writes)) === undefined;
  }

  /**
   * Remembers which table was made; the same again is no error, and no write. Throws `TargetTableLost` if it is another
   * one, or if the restore is over or another execution has it.
   */
  async recordTargetTable(restore: RestoreRecord, tableId: string): Promise<void> {
    if (restore.targetTableId === tableId) return;
    const unmade = ' AND (attribute_not_exists(targetTableId) OR targetTableId = :tableId)';
    const found = ofExecution(restore, unmade, { ':tableId': tableId });
    const refused = await this.#rows.transact([
      { Update: { ...found, UpdateExpression: 'SET targetTableId = :tableId' } },
    ]);
    if (refused === undefined) return;
    throw new TidemarkError(
      'TargetTableLost',
      `${restore.target} is not the table that this restore made, or the restore is over`,
    );
  }

  /** Adds to the record. Throws `TurnLost` if the restore is over or given up, or another execution has it. */
  async note(restore: RestoreRecord, members: RestoreNote): Promise<void> {
    const names = Object.keys(members);
    const values = Object.fromEntries(
      Object.entries(members).map(([name, value]) => [`:${name}Noted`, value]),
    );
    const refused = await this.#rows.transact([
      {
        Update: {
          ...ofExecution(restore, ' AND attribute_not_exists(abandoned)', values),
          UpdateExpression: `SET ${names.map((name) => `${name} = :${name}Noted`).join(', ')}`,
        },
      },
    ]);
    if (refused === undefined) return;
    throw new TidemarkError('TurnLost', 'the restore is over, or another execution goes on with it');
  }

  /**
   * Gives the restore up for good, so that it cannot be settled any more; the first reason stays. False if it is settled, or
   * over, or another execution has it. Again is no error.
   */
  async abandon(restore: RestoreRecord, reason: string): Promise<boolean> {
    const found = ofExecution(restore, ' AND attribute_not_exists(settled)', { ':reason': reason });
    const refused = await this.#rows.transact([
      { Update: { ...found, UpdateExpression: 'SET abandoned = if_not_exists(abandoned, :reason)' } },
    ]);
    return refused === undefined;
  }

  /**
   * Names a new execution in place of one that ended; undefined if another was faster. One that is given up stays so: a
   * twin of the abort may be about to delete its table.
   */
  async restart(restore: RestoreRecord): Promise<string | undefined> {
    const attempts = restore.attempts + 1;
    const found = ofExecution(restore, '', { ':next': attempts });
    const refused = await this.#rows.transact([
      { Update: { ...found, UpdateExpression: 'SET attempts = :next' } },
    ]);
    return refused === undefined ? executionName(restore.id, attempts) : undefined;
  }

  /** Ends the job and lets go of the snapshot; does nothing if it has ended or another execution has it. */
  async end(restore: RestoreRecord, status: 'RESTORED' | 'FAILED', known: RestoreEnd = {}): Promise<void> {
    const failedAt = status === 'FAILED' ? position(this.#clock.now()) : undefined;
    const writes = [ending(restore, status, { ...known, failedAt }), freeing(restore)];
    const refused = await this.#rows.transact([...writes, released(restore)]);
    if (refused === undefined || refused[0] === true) return;
    // Its snapshot was not made. If it is meanwhile, the restore may hold it; then it is there to be let go of.
    const free = await this.#rows.transact([...writes, withoutSnapshot(restore)]);
    if (free !== undefined && free[0] !== true) await this.#rows.transact([...writes, released(restore)]);
  }

  #record(
    { backup, target, description, requestedBy, requestKey }: NewRestore,
    contentTime: number,
  ): RestoreRecord {
    const requestedAt = this.#clock.now();
    return {
      id: createRestoreId(requestedAt, this.#ids.hex(8)),
      target,
      backup: backup.id,
      backupArn: backup.arn,
      source: backup.table,
      description,
      contentTime,
      requestedAt,
      status: 'RESTORING',
      attempts: 1,
      ...(requestedBy !== undefined && { requestedBy }),
      ...(requestKey !== undefined && { requestKey }),
    };
  }

  async #begin(restore: RestoreRecord, ...held: Write[]): Promise<void> {
    const refused = await this.#rows.transact([beginning(restore), taking(restore), ...held]);
    if (refused === undefined) return;
    const [inUse, full] = refused;
    if (inUse === true) throw targetInUseError(restore.target, await this.get(restore.target));
    if (full === true) throw tooManyRestoresError();
    throw new TidemarkError('BackupNotFound', `Backup not found: ${restore.backupArn}`);
  }
}

export function tooManyRestoresError(): TidemarkError {
  return new TidemarkError(
    'LimitExceeded',
    `Subscriber limit exceeded: Only ${maxRunningRestores} restore operations can be done simultaneously`,
  );
}

/** `running`: the restore into that table that was found. */
export function targetInUseError(target: string, running: RestoreRecord | undefined): TidemarkError {
  // The backup of a restore to a point in time is none that a caller could use.
  const from = running?.pointInTime ? '' : ` from backup: ${running?.backupArn ?? 'another'}`;
  return new TidemarkError('TableInUse', `Table: ${target} is already being restored${from}`);
}

function toRecord(row: Record<string, unknown> | undefined): RestoreRecord | undefined {
  if (row === undefined) return undefined;
  const { pk: _pk, sk: _sk, collection: _collection, position: _position, ...record } = row;
  return record as unknown as RestoreRecord;
}
