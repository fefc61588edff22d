import type { Figures } from '../model/records.ts';
import {
  maxSetTables,
  type SeriesSettings,
  type SetId,
  type SetKey,
  type SetMember,
  type SetOutcome,
  type SetRecord,
  type SetRequest,
  toSetId,
} from '../model/sets.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { CatalogTable } from './catalog-table.ts';
import { toDeletedTtl } from './common-writes.ts';
import { decodeAll, type OnInvalid } from './decode.ts';
import { decodeLastSet, decodeSeries, decodeSet, decodeSetKey, decodeSetMember } from './decode-set.ts';
import type { Deletion } from './snapshots.ts';
import { keys, toPosition, toSetPosition } from './schema.ts';
import {
  beginDay,
  beginDeleting,
  closeSet,
  continueDay,
  createSetWrites,
  endMember,
  endRunning,
  endSet,
  expireMember,
  finishDeleting,
  refuseMember,
  updateSeries,
} from './set-writes.ts';

/** The part of a set's record that comes from its request. */
export interface NewSet extends SetRequest, Pick<SetRecord, 'marker' | 'fingerprint'> {
  /** How many sets of the name may be requested on one day (UTC). @default any number */
  readonly maxPerDay?: number;
  /** Requests with the same key are one request: the second one gets the set of the first one. */
  readonly requestKey?: string;
}

/**
 * The result of a request. `created`: its set is now the running one of the name. `repeat`: the set of the first request.
 * `running`: another set of the name is being made. `full`: the limit of sets a day is reached.
 */
export type SetCreation = { readonly kind: 'created' | 'repeat'; readonly set: SetRecord } | SetObstacle;

/** The reason why a set of the name cannot be made now. */
export type SetObstacle = { readonly kind: 'running'; readonly id: SetId } | { readonly kind: 'full' };

/** The name whose sets are listed. Absent: the sets of all names. */
export interface SetQuery {
  readonly name?: string;
  readonly limit: number;
  /** The last set of the previous page. It may be gone. */
  readonly after?: SetId;
  readonly newestFirst?: true;
}

/** How many times a request is tried: in the meantime a new day may begin, or another set may begin and end. */
const maxTries = 10;

/** One transaction lets at most this many members' records expire. */
const maxExpiring = 50;

/** One reading takes at most this many expired sets. */
const maxExpired = 1000;

/**
 * The records of backup sets and of their members. The records of the members' backups are in `backups.ts`: the
 * transaction that creates such a backup creates the member, and the transaction that deletes the backup marks the member.
 */
export class Sets {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /**
   * Catalogs a set, if none of its name is being made. One transaction creates its records, makes it the running one of
   * its name and counts it on its day, so that any number of concurrent requests stay within the limits.
   */
  async create(request: NewSet): Promise<SetCreation> {
    const { maxPerDay = Number.MAX_SAFE_INTEGER, requestKey, ...given } = request;
    const first = await this.findRequested(requestKey);
    if (first !== undefined) return { kind: 'repeat', set: first };
    const set: SetRecord = { ...given, id: await this.#nextId(), status: 'CREATING' };
    for (let attempt = 1; attempt <= maxTries; attempt++) {
      const now = this.#clock.now();
      const limit = { day: toDay(now), max: maxPerDay };
      const row = await this.#rows.get(keys.series(set.name));
      const isDayBegun = row !== undefined && decodeSeries(row).day >= limit.day;
      const count = isDayBegun ? continueDay(set, limit) : beginDay(set, limit);
      const refused = await this.#rows.transact([count, ...createSetWrites(set, requestKey, now)]);
      if (refused === undefined) return { kind: 'created', set };
      const other = await this.findRequested(requestKey);
      if (other !== undefined) return { kind: 'repeat', set: other };
      const obstacle = await this.findObstacle(set.name, maxPerDay);
      if (obstacle !== undefined) return obstacle;
    }
    throw new TidemarkError('LimitExceeded', 'Too many requests for sets of this name at once. Try again.');
  }

  /** Finds the reason why a request could not make a set now; undefined if it could. */
  async findObstacle(name: string, maxPerDay = Infinity): Promise<SetObstacle | undefined> {
    const row = await this.#rows.get(keys.series(name));
    if (row === undefined) return undefined;
    const { day, count, running } = decodeSeries(row);
    if (day >= toDay(this.#clock.now()) && count >= maxPerDay) return { kind: 'full' };
    return running === undefined ? undefined : { kind: 'running', id: running };
  }

  /** Returns the settings of a series: none if there was never a set of the name. */
  async getSettings(name: string): Promise<SeriesSettings> {
    const row = await this.#rows.get(keys.series(name));
    return (row && decodeSeries(row).settings) ?? {};
  }

  /** Replaces the settings of a series. Returns false if there was never a set of the name. */
  async updateSettings(name: string, settings: SeriesSettings): Promise<boolean> {
    return (await this.#rows.transact([updateSeries(name, settings)])) === undefined;
  }

  /** Finds the set that an earlier request with this key has made. */
  async findRequested(requestKey: string | undefined): Promise<SetRecord | undefined> {
    const row = requestKey === undefined ? undefined : await this.#rows.get(keys.request(requestKey));
    return row && this.get(decodeSetKey(row));
  }

  /** Finds a set, even if it is deleted. */
  async get(key: SetKey): Promise<SetRecord | undefined> {
    const row = (await this.#rows.get(keys.set(key))) ?? (await this.#rows.get(keys.deletedSet(key)));
    return row && decodeSet(row);
  }

  /** Reads the members of a set whose backup was requested or refused, at most `maxSetTables`, in order of their tables. */
  async readMembers(key: SetKey): Promise<SetMember[]> {
    const { pk, sk } = keys.setMember(key, '');
    const rows = await this.#rows.queryRange({ pk, from: sk, to: `${sk}~` }, maxSetTables);
    return rows.map(decodeSetMember);
  }

  /**
   * Lists sets, except those that are being deleted, oldest first or newest first. Those of one name are read consistently.
   * The set of the cursor may be gone.
   */
  async list(query: SetQuery): Promise<SetRecord[]> {
    const { name, limit, after } = query;
    const rows = name === undefined ? await this.#listAll(query) : await this.#listNamed(name, query);
    return rows
      .map(decodeSet)
      .filter(({ id }) => id !== after)
      .slice(0, limit);
  }

  /** Lists the sets that are being made or deleted. Eventually consistent. */
  async listOpen(onInvalid?: OnInvalid): Promise<SetKey[]> {
    return decodeAll(await this.#rows.readCollection('OPEN_SETS'), decodeSetKey, onInvalid);
  }

  /** Lists the sets that expired before `now` (epoch ms). Eventually consistent. */
  async listExpired(now: number, onInvalid?: OnInvalid): Promise<SetKey[]> {
    const range = { from: toPosition(0), to: toPosition(now) };
    const rows = await this.#rows.queryCollection('SET_EXPIRIES', range, maxExpired);
    return decodeAll(rows, decodeSetKey, onInvalid);
  }

  /** Records that a table of the set gets no backup, and why. Does nothing if it has one, or another reason. */
  async refuseMember(key: SetKey, table: string, reason: string): Promise<void> {
    await this.#rows.transact([refuseMember(key, table, reason)]);
  }

  /** Records how a member's backup has ended. Does nothing if that is known, or the backup was deleted since. */
  async endMember(key: SetKey, member: SetMember): Promise<void> {
    await this.#rows.transact([endMember(key, member)]);
  }

  /**
   * Ends a set that is CREATING, and lets the next one of its name begin. Does nothing if it has ended. `isDone`: the set
   * needs no more work, so the reconciler need not check it again.
   */
  async end(
    key: SetKey,
    status: SetOutcome,
    { figures, kind, isDone }: { figures: Figures; kind: SetRecord['kind']; isDone: boolean },
  ): Promise<void> {
    await this.#rows.transact([
      endSet(key, status, figures, kind, this.#clock.now()),
      endRunning(key),
      ...(isDone ? [closeSet(key)] : []),
    ]);
  }

  /** Takes a set that has ended off the list of open ones. */
  async close(key: SetKey): Promise<void> {
    await this.#rows.transact([closeSet(key)]);
  }

  /** Begins to delete a set that has ended. Returns false if its status has changed since it was read. */
  async beginDeleting(set: SetRecord, deletion: Deletion): Promise<boolean> {
    return (await this.#rows.transact(beginDeleting(set, deletion))) === undefined;
  }

  /**
   * Ends the deletion of a set whose members have no backups any longer. The records of the set and its members are kept for
   * 90 days, so that no late twin of its request makes another backup.
   */
  async finishDeleting(key: SetKey): Promise<void> {
    const ttl = toDeletedTtl(this.#clock.now());
    const members = await this.readMembers(key);
    for (let at = 0; at < members.length; at += maxExpiring) {
      const some = members.slice(at, at + maxExpiring);
      await this.#rows.transact(some.map(({ table }) => expireMember(key, table, ttl)));
    }
    await this.#rows.transact(finishDeleting(key, ttl));
  }

  /** Returns the next number of a set. A number may stay unused. */
  async #nextId(): Promise<SetId> {
    const row = await this.#rows.update({
      Key: { ...keys.counter('SETS') },
      UpdateExpression: 'ADD #last :one',
      ExpressionAttributeNames: { '#last': 'last' },
      ExpressionAttributeValues: { ':one': 1 },
    });
    return toSetId(decodeLastSet(row).last);
  }

  #listAll({ limit, after, newestFirst }: SetQuery) {
    const range = toRange(after, newestFirst);
    return this.#rows.queryCollection('SETS', { ...range, ...(newestFirst && { newestFirst }) }, limit + 1);
  }

  #listNamed(name: string, { limit, after, newestFirst }: SetQuery) {
    const { from, to } = toRange(after, newestFirst);
    const range = { pk: keys.series(name).pk, from: `SET#${from}`, to: `SET#${to}` };
    return this.#rows.queryRange({ ...range, ...(newestFirst && { newestFirst }) }, limit + 1);
  }
}

/** The day of a time (epoch ms), `yyyy-mm-dd` in UTC. */
function toDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The positions of the sets after the cursor, and its own. */
function toRange(after: SetId | undefined, newestFirst: true | undefined): { from: string; to: string } {
  const bound = after && toSetPosition(after);
  return newestFirst
    ? { from: toSetPosition(0), to: bound ?? '~' }
    : { from: bound ?? toSetPosition(0), to: '~' };
}
