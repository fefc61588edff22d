import { nameExecution } from '../jobs/job.ts';
import type { Lineage } from '../model/data-sinks.ts';
import type { Distrust, TableRecord, Turn } from '../model/records.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { CatalogTable } from './catalog-table.ts';
import { type Commit, completeBackup, createSnapshot, endTurn, requireParentAlive } from './commit-writes.ts';
import { decodeAll, decodeBackup, decodeTable, type OnInvalid } from './decode.ts';
import { keys } from './schema.ts';
import { pinSnapshot } from './snapshots.ts';
import {
  type Claim,
  countAttempt,
  dropPending,
  failBackup,
  freeTurn,
  isFree,
  isUnchanged,
  setParent,
  setTurn,
  unpinParent,
} from './turn-writes.ts';
import type { BackupId } from '../model/ids.ts';

/**
 * `taken`: the turn is the claimant's. `busy`: another execution has it and will hand it over. `earlier`: it is free, but
 * an earlier backup comes first. `over`: the backup is no longer CREATING.
 */
export type TurnOutcome = 'taken' | 'busy' | 'earlier' | 'over';

/**
 * The turn is the right to apply changes to one table's head.
 *
 * ```
 * pending backups, in marker order          the turn
 *   create ->  b1  b2  b3                   free
 *   take       b1  b2  b3                   b1's execution, with the parent that it pinned
 *   commit         b2  b3                   free: b1 is AVAILABLE and the head, or after fail it is FAILED
 *   grant          b2  b3                   b2's new execution, which the caller starts
 * ```
 *
 * Each step is one conditional transaction, so a late twin of an execution changes nothing.
 */
export class Turns {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Finds the record of a table name in a data sink, by default in the default one. */
  async getTable(table: string, sink?: string): Promise<TableRecord | undefined> {
    const row = await this.#rows.get(keys.table({ table, sink }));
    return row && decodeTable(row);
  }

  /** Reads the records of a table name in all data sinks. */
  async listLineages(table: string): Promise<TableRecord[]> {
    const { pk } = keys.table({ table });
    return (await this.#rows.queryRange({ pk, from: 'TABLE', to: 'TABLE#~' }, Infinity)).map(decodeTable);
  }

  /**
   * Lists every table that has or had backups, in order of name, once for each of its data sinks. Eventually consistent. A record that has no valid form
   * goes to `onInvalid`; without that, it throws.
   */
  async listTables(onInvalid?: OnInvalid): Promise<TableRecord[]> {
    return decodeAll(await this.#rows.readCollection('TABLES'), decodeTable, onInvalid);
  }

  /** Takes the turn if it is free and this backup is the earliest pending one. An execution may call it repeatedly. */
  async take(claim: Claim): Promise<TurnOutcome> {
    return retryChanged(claim, async () => {
      const table = await this.getTable(claim.table, claim.sink);
      if (table?.pending.includes(claim.backup) !== true) return 'over';
      if (table.turn?.execution === claim.execution) return 'taken';
      if (table.turn !== undefined) return 'busy';
      if (table.pending[0] !== claim.backup) return 'earlier';
      const refused = await this.#rows.transact([setTurn(claim, this.#clock.now(), isFree)]);
      return refused === undefined ? 'taken' : undefined;
    });
  }

  /**
   * Gives the turn to the earliest pending backup under a new execution name. The caller then starts that execution.
   * `dead` is the turn of an execution that has ended. It is replaced by a new turn for the same backup. Without `dead` the
   * turn must be free. Returns undefined if no backup is pending or another caller was faster.
   */
  async grant({ table: name, sink }: Lineage, dead?: Turn): Promise<Claim | undefined> {
    const table = await this.getTable(name, sink);
    const seen = table?.turn;
    const backup = seen?.backup ?? table?.pending[0];
    if (backup === undefined || seen?.execution !== dead?.execution) return undefined;
    const row = await this.#rows.get(keys.backup(name, backup));
    if (row === undefined) throw new TidemarkError('Internal', `the pending backup ${backup} has no record`);
    const attempts = decodeBackup(row).attempts + 1;
    const claim = { table: name, sink, backup, execution: nameExecution(backup, attempts) };
    const refused = await this.#rows.transact([
      setTurn(claim, this.#clock.now(), seen === undefined ? isFree : isUnchanged(seen)),
      countAttempt(claim, attempts),
      ...unpinParent(name, seen),
    ]);
    return refused === undefined ? claim : undefined;
  }

  /**
   * Pins the parent for the time of the turn. It replaces the parent that was pinned for the turn before, if any: by a
   * twin, or before a crash after which another parent was chosen. Returns false if the snapshot is dead, so that another
   * parent must be chosen. Throws `TurnLost`.
   */
  async pinParent(claim: Claim, parent: BackupId): Promise<boolean> {
    return retryChanged(claim, async () => {
      const turn = await this.#findTurn(claim);
      if (turn === undefined) throw turnLostError();
      const refused = await this.#rows.transact([
        setParent(claim, turn, parent),
        pinSnapshot(claim.table, parent, claim.execution),
        ...(turn.parent === parent ? [] : unpinParent(claim.table, turn)),
      ]);
      return refused?.[0] === true ? undefined : refused === undefined;
    });
  }

  /**
   * Makes the backup AVAILABLE and its snapshot the head, and frees the turn: all or nothing. A second call is no error.
   * Throws `TurnLost` if another execution has the turn or the head has moved, `CutUnreachable` if the parent is dead.
   */
  async commit(commit: Commit): Promise<void> {
    const { claim } = commit;
    const turn = await this.#findTurn(claim);
    if (turn === undefined) return this.#checkCommitted(claim);
    const before = [endTurn(commit, turn), completeBackup(commit), createSnapshot(commit)];
    const parentCheck = requireParentAlive(commit, turn);
    const refused = await this.#rows.transact([...before, ...parentCheck, ...unpinParent(claim.table, turn)]);
    if (refused === undefined) return;
    const isParentDead = parentCheck.length > 0 && refused[before.length] === true;
    await this.#checkCommitted(claim, isParentDead);
  }

  /**
   * Makes the backup FAILED for this reason and frees the turn. Returns false if this call does not make the backup FAILED:
   *
   * - The turn is not this execution's. Then another execution must end the backup, and nothing is written.
   * - The backup is no longer CREATING. Then only the turn is freed, so that the table's next backup can take it.
   */
  async fail(claim: Claim, reason: string): Promise<boolean> {
    return retryChanged(claim, async () => {
      const turn = await this.#findTurn(claim);
      if (turn === undefined) return false;
      const free = freeTurn(claim, turn);
      const unpin = unpinParent(claim.table, turn);
      const refused = await this.#rows.transact([free, failBackup(claim, reason), ...unpin]);
      if (refused === undefined) return true;
      // The turn has changed: a late twin has just pinned a parent, or the turn went to another execution.
      if (refused[0] === true) return undefined;
      return (await this.#rows.transact([free, ...unpin])) === undefined ? false : undefined;
    });
  }

  /**
   * Makes a backup that waits for its turn FAILED for this reason, and marks it as cancelled. Returns false, and writes nothing, if it does not wait: an
   * execution has the turn for it, or it has ended.
   */
  async cancel(key: Lineage & Pick<Claim, 'backup'>, reason: string): Promise<boolean> {
    return (await this.#rows.transact([dropPending(key), failBackup(key, reason, true)])) === undefined;
  }

  /** Records that no backup may continue snapshots with runs up to a damaged one, unless that is known already. */
  async distrust(lineage: Lineage, { upTo, reason, seenAt }: Distrust): Promise<void> {
    const distrust: Distrust = { upTo, reason: shortenText(reason), seenAt };
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.table(lineage) },
          UpdateExpression: 'SET distrust = :distrust',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(distrust) OR distrust.upTo < :upTo)',
          ExpressionAttributeValues: { ':distrust': distrust, ':upTo': upTo },
        },
      },
    ]);
  }

  /** Records that the lineage's data sink cannot be reached now. */
  async noteUnreachable(lineage: Lineage): Promise<void> {
    await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.table(lineage) },
          UpdateExpression: 'SET unreachableAt = :now',
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':now': this.#clock.now() },
        },
      },
    ]);
  }

  /** The claimant's turn, with the parent that is pinned for it. Undefined if the turn is not the claimant's. */
  async #findTurn(claim: Claim): Promise<Turn | undefined> {
    const turn = (await this.getTable(claim.table, claim.sink))?.turn;
    return turn?.execution === claim.execution ? turn : undefined;
  }

  /** Throws `TurnLost`, or `CutUnreachable` if the parent is dead, unless a twin has committed this backup before. */
  async #checkCommitted(claim: Claim, isParentDead = false): Promise<void> {
    const { table, backup } = claim;
    // In this order: a backup that is deleted between the two reads is found by the second one.
    const row =
      (await this.#rows.get(keys.backup(table, backup))) ??
      (await this.#rows.get(keys.deletedBackup(table, backup)));
    const status = row && decodeBackup(row).status;
    if (status === 'AVAILABLE' || status === 'DELETED') return;
    if (!isParentDead) throw turnLostError();
    throw new TidemarkError(
      'CutUnreachable',
      'the snapshot that this backup continues was deleted before the commit',
    );
  }
}

/**
 * How many times a turn is read again. It changes only a few times while one caller works on it: once for each twin,
 * and once when it is lost.
 */
const maxTries = 20;

/** Calls `attempt` until it returns a result. It returns undefined if the turn has changed since it was read. Throws after `maxTries`. */
async function retryChanged<T>({ table }: Claim, attempt: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < maxTries; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
  }
  throw new TidemarkError(
    'Internal',
    `the turn of table ${table} changed ${maxTries} times while it was read`,
  );
}

function turnLostError(): TidemarkError {
  return new TidemarkError(
    'TurnLost',
    'another execution holds the turn of this table, or its head has moved',
  );
}
