import { nameExecution } from '../jobs/job.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { RestoreId } from '../model/ids.ts';
import type { RestoreRecord, TargetFate } from '../model/records.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Ids } from '../runtime/ids.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import { decodeAll, decodeRestore, decodeRestoreKey, type OnInvalid } from './decode.ts';
import { createRestoreRecord, type NewRestore } from './new-restore.ts';
import { targetInUseError, tooManyRestoresError } from './restore-errors.ts';
import {
  changeFate,
  createRestore,
  endRestore,
  freeSlot,
  holdSnapshot,
  listRestore,
  listUse,
  releaseSnapshot,
  requireExecution,
  requireNoSnapshot,
  type RestoreEnd,
  takeSlot,
  unlistRestore,
} from './restore-writes.ts';
import { keys, toPosition, usesOf } from './schema.ts';

/** The facts that the steps of a restore add to its record. */
export type RestoreNote = Pick<
  RestoreRecord,
  'way' | 'why' | 'importArn' | 'imported' | 'settled' | 'reason' | 'differences'
>;

/** `last`: the restore before which the next page continues; absent on the last page. */
export interface RestorePage {
  readonly restores: readonly RestoreRecord[];
  readonly last?: RestoreId;
}

/** The records of restores: the latest one of each target table. A running restore holds its snapshot alive. */
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
    const row = await this.#rows.get(keys.restore(target));
    return row && decodeRestore(row);
  }

  /**
   * Lists all running restores. The sweep assumes that every other restore has ended, so it must not leave out records.
   * Eventually consistent. A record that has no valid form goes to `onInvalid`; without that, it throws.
   */
  async listRunning(onInvalid?: OnInvalid): Promise<RestoreRecord[]> {
    return decodeAll(await this.#rows.readCollection('RESTORES'), decodeRestore, onInvalid);
  }

  /**
   * Reads one page of the latest restores to all targets, newest first: at most `limit` of those that were requested
   * before the restore `before`. Eventually consistent.
   */
  async list(limit: number, before?: RestoreId): Promise<RestorePage> {
    const range = { from: ' ', to: before ?? '~', newestFirst: true } as const;
    // Reads two more: one for `before` itself, and one to know whether there is another page.
    const rows = await this.#rows.queryCollection('LISTED_RESTORES', range, limit + 2);
    const found = rows.map(decodeRestoreKey).filter(({ id }) => id !== before);
    const listed = found.slice(0, limit);
    const last = found.length > limit ? listed.at(-1)?.id : undefined;
    return { restores: await this.#readListed(listed), ...(last !== undefined && { last }) };
  }

  /** Reads the newest restores of a backup, at most `limit`, and for each target only the latest one. Eventually consistent. */
  async listOf({ table, id }: BackupKey, limit: number): Promise<RestoreRecord[]> {
    const range = { from: ' ', to: '~', newestFirst: true } as const;
    const rows = await this.#rows.queryCollection(usesOf(table, id), range, limit);
    return this.#readListed(rows.map(decodeRestoreKey));
  }

  /**
   * Reads the records that rows of a list point to. A list may be out of date: a restore that was replaced by a later one
   * is listed at the later one's place.
   */
  async #readListed(listed: readonly Pick<RestoreRecord, 'target' | 'id'>[]): Promise<RestoreRecord[]> {
    const records = await Promise.all(listed.map(({ target }) => this.get(target)));
    return records
      .filter((record) => record !== undefined)
      .filter(({ id }) => listed.some((each) => each.id === id));
  }

  /** Lists the restores that failed until `until` (epoch ms), except forgotten ones, like `listRunning`. */
  async listFailed(until: number, onInvalid?: OnInvalid): Promise<RestoreRecord[]> {
    const range = { from: ' ', to: toPosition(until) };
    const rows = await this.#rows.queryCollection('FAILED_RESTORES', range);
    return decodeAll(rows, decodeRestore, onInvalid);
  }

  /** Takes a restore off the list of failed ones. Its record stays. */
  async forget({ target, id }: RestoreRecord): Promise<void> {
    await this.#rows.transact([unlistRestore(target, id)]);
  }

  /** Records the fate of a failed restore's table, unless the target has had another restore since. */
  async changeFate({ target, id }: RestoreRecord, fate: TargetFate): Promise<void> {
    await this.#rows.transact([changeFate(target, id, fate)]);
  }

  /**
   * Creates a restore's record. One backup may feed any number of restores at once: a snapshot never changes, and each of
   * them holds it.
   *
   * Throws `TableInUse` if a restore to the target is running, `BackupNotFound` if the snapshot is no longer alive,
   * `LimitExceeded` if the account's limit of running restores is reached.
   */
  async create(request: NewRestore): Promise<RestoreRecord> {
    const record = this.#createRecord(request, request.backup.marker);
    await this.#begin(record, holdSnapshot(record));
    return record;
  }

  /**
   * Creates the record of a restore to a point in time, whose backup is still being made. The restore calls `hold` once
   * the snapshot exists. Throws `TableInUse` and `LimitExceeded` like `create`.
   */
  async createForPointInTime(request: NewRestore): Promise<RestoreRecord> {
    const { asOf, marker } = request.backup;
    const record = { ...this.#createRecord(request, asOf ?? marker), pointInTime: true } as const;
    await this.#begin(record);
    return record;
  }

  /** Holds the restore's snapshot alive. Returns false if it is missing or dead, or the execution has lost the restore. */
  async hold(restore: RestoreRecord): Promise<boolean> {
    const writes = [{ ConditionCheck: requireExecution(restore) }, holdSnapshot(restore)];
    return (await this.#rows.transact(writes)) === undefined;
  }

  /**
   * Records which table the restore created. Writes nothing if the same table is recorded already. Throws
   * `TargetTableLost` if another table is recorded, the restore has ended, or another execution has it.
   */
  async recordTargetTable(restore: RestoreRecord, tableId: string): Promise<void> {
    if (restore.targetTableId === tableId) return;
    const isFirst = ' AND (attribute_not_exists(targetTableId) OR targetTableId = :tableId)';
    const running = requireExecution(restore, isFirst, { ':tableId': tableId });
    const refused = await this.#rows.transact([
      { Update: { ...running, UpdateExpression: 'SET targetTableId = :tableId' } },
    ]);
    if (refused === undefined) return;
    throw new TidemarkError(
      'TargetTableLost',
      `${restore.target} is not the table that this restore made, or the restore has ended`,
    );
  }

  /** Adds members to the record. Throws `TurnLost` if the restore has ended or is abandoned, or another execution has it. */
  async note(restore: RestoreRecord, members: RestoreNote): Promise<void> {
    const names = Object.keys(members);
    const values = Object.fromEntries(
      Object.entries(members).map(([name, value]) => [
        `:${name}Noted`,
        typeof value === 'string' ? shortenText(value) : value,
      ]),
    );
    const refused = await this.#rows.transact([
      {
        Update: {
          ...requireExecution(restore, ' AND attribute_not_exists(abandoned)', values),
          UpdateExpression: `SET ${names.map((name) => `${name} = :${name}Noted`).join(', ')}`,
        },
      },
    ]);
    if (refused === undefined) return;
    throw new TidemarkError('TurnLost', 'the restore has ended or is abandoned, or another execution has it');
  }

  /**
   * Abandons the restore for good: it can no longer be settled. A second call is no error, and the first reason stays.
   * Returns false if the restore is settled or has ended, or another execution has it.
   */
  async abandon(restore: RestoreRecord, reason: string): Promise<boolean> {
    const running = requireExecution(restore, ' AND attribute_not_exists(settled)', {
      ':reason': shortenText(reason),
    });
    const refused = await this.#rows.transact([
      { Update: { ...running, UpdateExpression: 'SET abandoned = if_not_exists(abandoned, :reason)' } },
    ]);
    return refused === undefined;
  }

  /**
   * Names the next execution of a restore whose last execution has ended. Returns undefined if another caller was faster. An
   * abandoned restore stays abandoned: a late twin of the abort may be about to delete its table.
   */
  async restart(restore: RestoreRecord): Promise<string | undefined> {
    const attempts = restore.attempts + 1;
    const running = requireExecution(restore, '', { ':next': attempts });
    const refused = await this.#rows.transact([
      { Update: { ...running, UpdateExpression: 'SET attempts = :next' } },
    ]);
    return refused === undefined ? nameExecution(restore.id, attempts) : undefined;
  }

  /** Ends the restore and releases its snapshot. Does nothing if the restore has ended or another execution has it. */
  async end(restore: RestoreRecord, status: 'RESTORED' | 'FAILED', known: RestoreEnd = {}): Promise<void> {
    const end = { ...known, endedAt: this.#clock.now() };
    const writes = [endRestore(restore, status, end), freeSlot(restore)];
    const refused = await this.#rows.transact([...writes, releaseSnapshot(restore)]);
    if (refused === undefined || refused[0] === true) return;
    // The snapshot does not exist. If it is made before the next write, the restore may hold it: then release it.
    const unreleased = await this.#rows.transact([...writes, requireNoSnapshot(restore)]);
    if (unreleased !== undefined && unreleased[0] !== true) {
      await this.#rows.transact([...writes, releaseSnapshot(restore)]);
    }
  }

  #createRecord(request: NewRestore, contentTime: number): RestoreRecord {
    return createRestoreRecord(request, contentTime, this.#clock.now(), this.#ids);
  }

  async #begin(restore: RestoreRecord, ...holds: Write[]): Promise<void> {
    const refused = await this.#rows.transact([
      createRestore(restore),
      takeSlot(restore),
      ...holds,
      listRestore(restore),
      listUse(restore),
    ]);
    if (refused === undefined) return;
    const [isInUse, isFull] = refused;
    if (isInUse === true) throw targetInUseError(restore.target, await this.get(restore.target));
    if (isFull === true) throw tooManyRestoresError();
    throw new TidemarkError('BackupNotFound', `Backup not found: ${restore.backupArn}`);
  }
}
