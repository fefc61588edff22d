import type { BackupKey } from '../model/backup-arn.ts';
import { identifyCaller } from '../model/callers.ts';
import type { Lineage } from '../model/data-sinks.ts';
import type { BackupId } from '../model/ids.ts';
import type { BackupRecord, TableRecord } from '../model/records.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Ids } from '../runtime/ids.ts';
import { type BackupList, listBackups, type ListQuery } from './backup-list.ts';
import { createBackupWrites, maxOfCaller, maxPending, maxRequested } from './backup-writes.ts';
import type { CatalogTable } from './catalog-table.ts';
import { decodeAll, decodeBackup, decodeBackupKey, decodeTable, type OnInvalid, type Row } from './decode.ts';
import { decodeSetMember } from './decode-set.ts';
import { createBackupRecord, isReserved, type NewBackup } from './new-backup.ts';
import { keys, toPosition } from './schema.ts';

/** The backup of a request. `isNew` is false if the request is a repeat; then the backup is that of the first request. */
export interface Cataloged {
  readonly backup: BackupRecord;
  readonly isNew: boolean;
}

/**
 * How many times a marker is tried: another request may take it between our read and our write. Each try reads the last
 * marker again.
 */
const maxMarkerTries = 50;

/** One reading takes at most this many expired backups. */
const maxExpired = 1000;

/**
 * At most this many of a lineage's newest records are read to decide whether the head is needed. They are read in pages. The
 * first page is nearly always enough, unless most of its records are in other data sinks.
 */
const maxNewest = 1000;
const newestPage = 10;
const nextPage = 500;

/**
 * The records of backups: creates, finds and lists them. Their status changes in `turns.ts` (AVAILABLE, FAILED),
 * `natives.ts` (the same for native backups) and `snapshots.ts` (DELETED).
 */
export class Backups {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(rows: CatalogTable, clock: Clock, ids: Ids) {
    this.#rows = rows;
    this.#clock = clock;
    this.#ids = ids;
  }

  /**
   * Catalogs a request. Its marker is the current time; or the request's `notBefore`, or 1 ms after the table's last
   * marker, if that is later. A member of a set has the set's marker, unless the table has a later one. The same
   * transaction makes the backup pending, so that no later request can come before it. A native backup waits for no turn,
   * and changes nothing on the table's record.
   *
   * `meanwhile` runs while the record is being written. If the write loses a race, `meanwhile` runs again for the next
   * candidate record, or the request was a repeat and the first request's backup is returned.
   */
  async create(
    request: NewBackup,
    meanwhile: (backup: BackupRecord) => Promise<void> = async () => {},
  ): Promise<Cataloged> {
    let lastMarker = 0;
    let max = isReserved(request) ? maxPending : maxOfCaller;
    for (let attempt = 1; attempt <= maxMarkerTries; attempt++) {
      const now = this.#clock.now();
      const requested = request.markerOfSet ?? Math.max(now, request.notBefore ?? 0);
      const backup = createBackupRecord(request, Math.max(requested, lastMarker + 1), this.#ids);
      const [refused] = await Promise.all([
        this.#rows.transact(createBackupWrites(backup, request.requestKey, now, max)),
        meanwhile(backup),
      ]);
      if (refused === undefined) return { backup, isNew: true };
      const first = await this.#findEarlier(request);
      if (first !== undefined) return { backup: first, isNew: false };
      const row = await this.#rows.get(keys.table({ table: request.table.name, sink: request.sink }));
      if (row === undefined) continue;
      const table = decodeTable(row);
      if (table.pending.length >= max) max = await this.#raiseLimit(request, table, max);
      lastMarker = table.lastMarker;
    }
    throw new TidemarkError('LimitExceeded', 'Too many requests for this table at once. Try again.');
  }

  /**
   * Decides how many backups of the table may wait, when as many wait as one caller may have. Only then it counts how many
   * of them this caller requested. Throws `LimitExceeded`.
   */
  async #raiseLimit(request: NewBackup, { name, pending }: TableRecord, max: number): Promise<number> {
    if (max !== maxOfCaller) throw tooManyPendingError(`${pending.length} backups of this table`);
    const [first = '', last = ''] = [pending[0], pending.at(-1)];
    const range = { pk: keys.table({ table: name }).pk, from: `BACKUP#${first}`, to: `BACKUP#${last}` };
    const waiting = new Set<string>(pending);
    const caller = identifyCaller(request.requestedBy);
    let own = 0;
    for await (const row of this.#rows.streamRange(range, maxPending)) {
      const { id, requestedBy } = decodeBackup(row);
      if (waiting.has(id) && identifyCaller(requestedBy) === caller) own++;
    }
    if (own >= maxOfCaller) throw tooManyPendingError(`${own} backups of this table that you requested`);
    return maxRequested;
  }

  /** Finds a backup, even if it is deleted. */
  async get({ table, id }: BackupKey): Promise<BackupRecord | undefined> {
    // Not at the same time: a backup that is deleted between the two reads is found by the second one.
    const row =
      (await this.#rows.get(keys.backup(table, id))) ?? (await this.#rows.get(keys.deletedBackup(table, id)));
    return row && decodeBackup(row);
  }

  /** Lists backups: see `listBackups`. */
  async list(query: ListQuery): Promise<BackupList> {
    return listBackups(this.#rows, query);
  }

  /** Finds the deleted backup with this id, of any table. Eventually consistent. */
  async findDeleted(id: BackupId): Promise<BackupRecord | undefined> {
    const [row] = await this.#rows.queryCollection('DELETED', { from: id, to: id }, 1);
    return row && decodeBackup(row);
  }

  /**
   * Lists backups that expired before `now` (epoch ms). Eventually consistent. A record that has no valid form goes to
   * `onInvalid`; without that, it throws.
   */
  async listExpired(now: number, onInvalid?: OnInvalid): Promise<BackupKey[]> {
    const range = { from: toPosition(0), to: toPosition(now) };
    const rows = await this.#rows.queryCollection('EXPIRIES', range, maxExpired);
    return decodeAll(rows, decodeBackupKey, onInvalid);
  }

  /**
   * True if a backup in a lineage needs its head: one of its newest records is of a listed backup that has not failed and
   * that DynamoDB did not make. Reads a few records at first, and decides by at most `maxNewest` of the lineage.
   */
  async isHeadWanted(lineage: Lineage): Promise<boolean> {
    let seen = 0;
    for await (const row of this.#streamNewest(lineage.table)) {
      const { internal, status, source, sink } = decodeBackup(row);
      if (sink !== lineage.sink) continue;
      if (source !== 'native' && !internal && status !== 'FAILED') return true;
      if (++seen >= maxNewest) break;
    }
    return false;
  }

  /** Reads the records of a table's backups in all data sinks, the newest first. */
  async *#streamNewest(table: string): AsyncGenerator<Row> {
    const range = {
      pk: keys.table({ table }).pk,
      from: 'BACKUP#',
      to: 'BACKUP#~',
      newestFirst: true,
    } as const;
    const newest = await this.#rows.queryRange(range, newestPage);
    yield* newest;
    const last = newest[newestPage - 1];
    if (last === undefined) return;
    const older = { ...range, to: String(last['sk']) };
    for await (const row of this.#rows.streamRange(older, nextPage)) if (row['sk'] !== last['sk']) yield row;
  }

  /** Finds the backup that an earlier request with this key has made. */
  async findRequested(requestKey: string | undefined): Promise<BackupRecord | undefined> {
    const row = requestKey === undefined ? undefined : await this.#rows.get(keys.request(requestKey));
    return row && this.get(decodeBackupKey(row));
  }

  /** Finds the backup of an earlier attempt of the same request. Throws `TurnLost` for a member of a set that has ended. */
  async #findEarlier({ requestKey, set, table }: NewBackup): Promise<BackupRecord | undefined> {
    if (set !== undefined) {
      const row = await this.#rows.get(keys.setMember(set, table.name));
      if (row === undefined) return undefined;
      const { backup } = decodeSetMember(row);
      if (backup !== undefined) return this.get({ table: table.name, id: backup });
      throw new TidemarkError('TurnLost', 'another caller has ended this member of the set');
    }
    return this.findRequested(requestKey);
  }
}

function tooManyPendingError(which: string): TidemarkError {
  return new TidemarkError(
    'LimitExceeded',
    `${which} are waiting to be made. Try again when some of them are done.`,
  );
}
