import { isDeepStrictEqual } from 'node:util';
import { buildManifestKey } from '../../lambda/snapshot/format/manifest.ts';
import type { SnapshotRecord } from '../../lambda/catalog/snapshots.ts';
import type { BackupRecord, RestoreRecord } from '../../lambda/model/records.ts';
import type { Actors } from './actors.ts';
import { checkContent, differ, readContent, type TableContent, Violation } from './content.ts';
import { headOf, sortOf, tableOf, toBackup, toRestore, toSnapshot } from './records.ts';
import type { Row } from './services/expressions.ts';
import type { UserTable } from './services/table-plane.ts';
import type { Universe } from './universe.ts';

const legalChanges = new Set([
  'CREATING>AVAILABLE',
  'CREATING>FAILED',
  'AVAILABLE>DELETED',
  'FAILED>DELETED',
]);

const faultyReasons =
  /^(Internal|SnapshotCorrupt|StagedDataCorrupt|RecordNotUnderstood|CatalogRecordInvalid|IdInvalid|ObjectNotFound|ServiceAnswerInvalid):/;

/**
 * Watches a universe, and throws a `Violation` as soon as the universe breaks an invariant of the design (section 8).
 * The numbers are those of the design's invariants.
 */
export class Invariants {
  /** How many backups became AVAILABLE, and how many restores were RESTORED, each compared with the model. */
  readonly checked = { backups: 0, restores: 0 };
  readonly #universe: Universe;
  readonly #actors: Actors;
  /** The objects to which a snapshot refers, by the snapshot's id. */
  readonly #objects = new Map<string, readonly string[]>();
  readonly #contents = new Map<string, TableContent>();
  readonly #due: (() => Promise<void> | void)[] = [];

  constructor(universe: Universe, actors: Actors) {
    this.#universe = universe;
    this.#actors = actors;
    universe.catalog.watch = (before, after) => this.#watchRow(before, after);
    universe.bucket.watch = (key, change) => this.#watchObject(key, change);
    universe.tables.watch = (table) => this.#watchTable(table);
    universe.scheduler.checks.push(async () => {
      const [complaint] = actors.complaints;
      if (complaint !== undefined) throw new Violation(`a reader found damage: ${complaint}`);
      for (let check = this.#due.shift(); check !== undefined; check = this.#due.shift()) await check();
    });
  }

  /** Returns the keys of all objects that a live snapshot needs. */
  neededObjects(): Set<string> {
    const live = this.#rows('SNAPSHOT')
      .map(toSnapshot)
      .filter(({ alive }) => alive);
    return new Set(live.flatMap(({ id }) => this.#objects.get(id) ?? []));
  }

  /** Compares a backup with the model once more. */
  async checkBackup(backup: BackupRecord): Promise<void> {
    const row = this.#rows('SNAPSHOT').find(
      (candidate) => tableOf(candidate) === backup.table.name && toSnapshot(candidate).id === backup.id,
    );
    if (row === undefined) throw new Violation(`${backup.id} is AVAILABLE and has no snapshot`);
    const read = await readContent(this.#universe, toSnapshot(row)).catch((error: Error) => {
      throw new Violation(`(1) ${backup.id} cannot be read: ${error.message}`);
    });
    const requestedAt = this.#actors.requestedAt.get(backup.id) ?? 0;
    checkContent(
      this.#universe,
      backup,
      read,
      (write) => (this.#actors.acknowledged.get(write) ?? Infinity) < requestedAt,
    );
    const { manifest } = read;
    const own = buildManifestKey(manifest.table.tableId, backup.id);
    this.#objects.set(backup.id, [own, ...manifest.runs.map(({ key }) => key)]);
    this.#contents.set(backup.id, read.content);
  }

  #rows(sort: string): Row[] {
    return this.#universe.catalog.rows().filter((row) => sortOf(row) === sort);
  }

  #watchRow(before: Row | undefined, after: Row | undefined): void {
    const sort = sortOf(after ?? before ?? {});
    if (sort === 'SNAPSHOT') this.#watchSnapshot(before && toSnapshot(before), after && toSnapshot(after));
    if (after === undefined) return;
    if (sort === 'BACKUP') this.#watchBackup(before, after);
    if (sort === 'RESTORE') this.#watchRestore(before, after);
    if (sort === 'TABLE') this.#watchHead(before, after);
  }

  /** Checks that a snapshot is alive while something holds it, and that a dead one stays dead and is not held. */
  #watchSnapshot(before: SnapshotRecord | undefined, after: SnapshotRecord | undefined): void {
    const id = after?.id ?? before?.id;
    if (after === undefined) {
      if (before?.alive === true) this.#fail(`(2) the record of the live snapshot ${id} was removed`);
      return;
    }
    const isHeld = after.pins !== undefined || after.restores !== undefined;
    if (!after.alive && isHeld) this.#fail(`(2) the dead snapshot ${id} is held`);
    if (before?.alive === false && after.alive) this.#fail(`the dead snapshot ${id} lives again`);
    const isHead = this.#rows('TABLE').some((row) => headOf(row)?.snapshot === id);
    if (before?.alive === true && !after.alive && isHead) this.#fail(`(2) the head ${id} died`);
  }

  /** Checks that the head moves only forward. */
  #watchHead(before: Row | undefined, after: Row): void {
    const [last, next] = [before && headOf(before), headOf(after)];
    if (last !== undefined && (next === undefined || next.marker < last.marker))
      this.#fail(`the head of ${tableOf(after)} moved back from ${last.snapshot} to ${next?.snapshot}`);
  }

  #watchBackup(before: Row | undefined, after: Row): void {
    const change = `${before?.['status']?.S}>${after['status']?.S}`;
    if (before === undefined || before['status']?.S === after['status']?.S) return;
    const backup = toBackup(after);
    if (!legalChanges.has(change)) this.#fail(`${backup.id} changed its status: ${change}`);
    this.#universe.scheduler.record(`${backup.id} is ${backup.status} ${backup.reason ?? ''}`);
    if (backup.status === 'FAILED') this.#checkReason(backup.id, backup.reason);
    if (backup.status !== 'AVAILABLE') return;
    this.checked.backups++;
    this.#due.push(() => this.checkBackup(backup));
  }

  #watchRestore(before: Row | undefined, after: Row): void {
    if (before?.['status']?.S === after['status']?.S) return;
    const restore = toRestore(after);
    this.#universe.scheduler.record(
      `restore ${restore.id} to ${restore.target} is ${restore.status} ${restore.reason ?? ''}`,
    );
    if (restore.status === 'FAILED') this.#checkReason(restore.id, restore.reason);
    if (restore.status !== 'RESTORED') return;
    this.checked.restores++;
    this.checkRestored(restore);
  }

  /** Checks a failure's reason: nothing is damaged here, so a failure because of damage is a bug of Tidemark. */
  #checkReason(id: string, reason = ''): void {
    if (faultyReasons.test(reason)) this.#fail(`${id} failed: ${reason}`);
  }

  /** (1) A restored table holds exactly the content of its backup. */
  checkRestored(restore: RestoreRecord): void {
    const table = this.#universe.tables.plane.find(restore.target)?.table;
    if (table === undefined || table.id !== restore.targetTableId)
      return this.#fail(`(1) ${restore.id} is RESTORED, but its table is not there`);
    const indexes = this.#universe.tables.plane.find(restore.target)?.indexes ?? [];
    const promised = restore.description.globalSecondaryIndexes.map(({ IndexName }) => String(IndexName));
    if (indexes.map(({ name }) => name).join() !== promised.join())
      this.#fail(`(1) ${restore.target} has other indexes than its backup`);
    if (indexes.some(({ status }) => status !== 'ACTIVE'))
      this.#fail(`(1) ${restore.target} is RESTORED while an index is being built`);
    const wanted = this.#contents.get(restore.backup) ?? new Map<number, number>();
    const found = table.model.content;
    if (!isDeepStrictEqual(new Map(found), new Map(wanted)))
      this.#fail(`(1) ${restore.target} is not what ${restore.backup} holds: ${differ(found, wanted)}`);
  }

  /** (2) Objects of a live snapshot are not changed or deleted; a job that runs keeps its staging. */
  #watchObject(key: string, change: string): void {
    if (key.startsWith('tables/') && change === 'replaced') this.#fail(`(2) ${key} was replaced`);
    if (change !== 'deleted') return;
    if (this.neededObjects().has(key)) this.#fail(`(2) ${key} was deleted while a live snapshot needs it`);
    const maker = /^staging\/(restore-)?(\d{14}-[0-9a-f]{8})\//.exec(key);
    if (maker === null) return;
    const [, isRestore, id] = maker;
    const working = this.#rows(isRestore === undefined ? 'BACKUP' : 'RESTORE').some(
      ({ id: own, status }) => own?.S === id && ['CREATING', 'RESTORING'].includes(String(status?.S)),
    );
    if (working) this.#fail(`(3) ${key} was deleted before its maker had ended`);
  }

  /** (7) Tidemark writes to and deletes only tables that it made, and none that it handed to its owner. */
  #watchTable(table: UserTable): void {
    if (table.madeBy === undefined) this.#fail(`(7) Tidemark changes ${table.name}, which it did not make`);
    const row = this.#rows('RESTORE').find((candidate) => tableOf(candidate) === table.name);
    const restore = row && toRestore(row);
    if (restore?.status === 'RESTORED' && restore.targetTableId === table.id)
      this.#fail(`(7) Tidemark changes ${table.name}, which was restored already`);
  }

  /** Makes the check after this event throw, because the code under test may catch an error that is thrown here. */
  #fail(message: string): void {
    this.#due.push(() => {
      throw new Violation(message);
    });
  }
}
