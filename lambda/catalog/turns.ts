import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { executionName } from '../jobs/job.ts';
import type { CatalogTable, Write } from './catalog-table.ts';
import type {
  BackupId,
  BackupRecord,
  Ends,
  Figures,
  Head,
  Kind,
  Source,
  TableRecord,
  Turn,
} from '../model/records.ts';
import { keys } from './schema.ts';
import { pinned, unpinned } from './snapshots.ts';

/** Whose turn it would be: the execution and the backup it makes. */
export interface Claim {
  readonly table: string;
  readonly backup: BackupId;
  readonly execution: string;
}

/**
 * `taken`: the turn is the claimant's. `busy`: another execution holds it and will hand over. `earlier`: it is free,
 * but an earlier backup comes first. `over`: the backup is no longer CREATING.
 */
export type TurnOutcome = 'taken' | 'busy' | 'earlier' | 'over';

/** What a commit writes. */
export interface Commit {
  readonly claim: Claim;
  /** The snapshot holds the content of a time before its request (epoch ms): the head stays as it is. */
  readonly asOf?: number;
  /** The head's snapshot that the workflow began with; it must still be the head. */
  readonly headSeen: BackupId | undefined;
  readonly tableId: string;
  readonly marker: number;
  readonly manifestSha256: string;
  readonly ends: Ends;
  readonly internal: boolean;
  readonly result: {
    readonly kind: Kind;
    readonly source: Source;
    readonly parent: BackupId | undefined;
    readonly figures: Figures;
    readonly digest: string;
    /** The reasons of the source. */
    readonly why?: readonly string[];
  };
}

/**
 * The turn: the right to apply changes to one table's head. It is taken, handed over, and given back together with
 * what was done under it, each in one conditional write, so that a late twin can change nothing.
 */
export class Turns {
  readonly #rows: CatalogTable;
  readonly #clock: Clock;

  constructor(rows: CatalogTable, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  async getTable(name: string): Promise<TableRecord | undefined> {
    return toTable(await this.#rows.get(keys.table(name)));
  }

  /** Every table that has or had backups, in order of name. */
  async listTables(): Promise<TableRecord[]> {
    const rows = await this.#rows.all('TABLES');
    return rows.map(toTable).filter((table) => table !== undefined);
  }

  /** Takes the turn if it is free and this backup is the earliest pending. Taking it twice is taking it once. */
  async take(claim: Claim): Promise<TurnOutcome> {
    for (;;) {
      const table = await this.getTable(claim.table);
      if (table?.pending.includes(claim.backup) !== true) return 'over';
      if (table.turn?.execution === claim.execution) return 'taken';
      if (table.turn !== undefined) return 'busy';
      if (table.pending[0] !== claim.backup) return 'earlier';
      const refused = await this.#rows.transact([{ Update: this.#setTurn(claim, isFree) }]);
      if (refused === undefined) return 'taken';
    }
  }

  /**
   * Gives the turn to the earliest pending backup under a new execution name, which the caller then starts.
   * `dead` is the turn of an execution known to have ended; without it the turn must be free. Undefined if there is
   * nothing to grant or another was faster.
   */
  async grant(name: string, dead?: Turn): Promise<Claim | undefined> {
    const table = await this.getTable(name);
    const seen = table?.turn;
    const backup = seen?.backup ?? table?.pending[0];
    if (backup === undefined || seen?.execution !== dead?.execution) return undefined;
    const row = await this.#rows.get(keys.backup(name, backup));
    const attempts = Number(row?.['attempts']) + 1;
    const claim = { table: name, backup, execution: executionName(backup, attempts) };
    const free = seen === undefined ? isFree : heldAs(seen);
    const refused = await this.#rows.transact([
      { Update: this.#setTurn(claim, free) },
      {
        Update: {
          Key: { ...keys.backup(name, backup) },
          UpdateExpression: 'SET attempts = :next',
          ConditionExpression: 'attempts = :seen AND #status = :creating',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':next': attempts, ':seen': attempts - 1, ':creating': 'CREATING' },
        },
      },
      ...releasedParent(name, seen),
    ]);
    return refused === undefined ? claim : undefined;
  }

  /**
   * Pins the parent for the time of the turn, in place of another that was pinned before: by a twin, or before a crash, when
   * the choice was another. False if the snapshot is dead, so that another parent must be chosen. Throws `TurnLost`.
   */
  async pinParent(claim: Claim, parent: BackupId): Promise<boolean> {
    for (;;) {
      const turn = await this.#turnOf(claim);
      if (turn === undefined) throw turnLost();
      const { condition, values } = heldAs(turn);
      const refused = await this.#rows.transact([
        {
          Update: {
            Key: { ...keys.table(claim.table) },
            UpdateExpression: 'SET turn.parent = :parent',
            ConditionExpression: condition,
            ExpressionAttributeValues: { ...values, ':parent': parent },
          },
        },
        pinned(claim.table, parent, claim.execution),
        ...(turn.parent === parent ? [] : releasedParent(claim.table, turn)),
      ]);
      // Otherwise the turn was changed meanwhile: looking again tells how.
      if (refused?.[0] !== true) return refused === undefined;
    }
  }

  /**
   * Makes the backup AVAILABLE, its snapshot the head, and frees the turn: all or nothing. Again is no error.
   * Throws `TurnLost` if the turn is another's or the head has moved.
   */
  async commit(commit: Commit): Promise<void> {
    const { claim, result } = commit;
    const turn = await this.#turnOf(claim);
    if (turn === undefined) return this.#checkCommitted(claim);
    const leaning = { at: 3, writes: parentAlive(commit, turn) };
    const refused = await this.#rows.transact([
      { Update: commit.asOf === undefined ? headMoved(commit, turn) : headKept(commit, turn) },
      {
        Update: {
          Key: { ...keys.backup(claim.table, claim.backup) },
          UpdateExpression:
            'SET #status = :available, kind = :kind, #source = :source, figures = :figures, digest = :digest' +
            (result.parent === undefined ? '' : ', parent = :parent') +
            (result.why === undefined ? '' : ', why = :why'),
          ConditionExpression: '#status = :creating',
          ExpressionAttributeNames: { '#status': 'status', '#source': 'source' },
          ExpressionAttributeValues: {
            ':available': 'AVAILABLE',
            ':creating': 'CREATING',
            ':kind': result.kind,
            ':source': result.source,
            ':figures': result.figures,
            ':digest': result.digest,
            ...(result.parent !== undefined && { ':parent': result.parent }),
            ...(result.why !== undefined && { ':why': result.why }),
          },
        },
      },
      {
        Put: {
          Item: {
            ...keys.snapshot(claim.table, claim.backup),
            id: claim.backup,
            tableId: commit.tableId,
            manifestSha256: commit.manifestSha256,
            ends: commit.ends,
            internal: commit.internal,
            alive: true,
            ...(commit.asOf !== undefined && { asOf: commit.asOf }),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      ...leaning.writes,
      ...releasedParent(claim.table, turn),
    ]);
    if (refused === undefined) return;
    await this.#checkCommitted(claim, leaning.writes.length > 0 && refused[leaning.at] === true);
  }

  /**
   * Ends the backup as FAILED with a reason and frees the turn. Does nothing, and says false, if the turn is not this
   * execution's: then the backup is somebody else's to end.
   */
  async fail(claim: Claim, reason: string): Promise<boolean> {
    const turn = await this.#turnOf(claim);
    if (turn === undefined) return false;
    const held = heldAs(turn);
    const refused = await this.#rows.transact([
      {
        Update: {
          Key: { ...keys.table(claim.table) },
          UpdateExpression: 'REMOVE turn DELETE pending :ids',
          ConditionExpression: held.condition,
          ExpressionAttributeValues: { ...held.values, ':ids': new Set([claim.backup]) },
        },
      },
      {
        Update: {
          Key: { ...keys.backup(claim.table, claim.backup) },
          UpdateExpression: 'SET #status = :failed, reason = :reason',
          ConditionExpression: '#status = :creating',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':failed': 'FAILED', ':creating': 'CREATING', ':reason': reason },
        },
      },
      ...releasedParent(claim.table, turn),
    ]);
    // Refused if a late twin has just pinned a parent, or the turn went to another: looking again tells which.
    return refused === undefined || this.fail(claim, reason);
  }

  /** The claimant's turn, with the parent pinned for it; undefined if it is not the claimant's. */
  async #turnOf(claim: Claim): Promise<Turn | undefined> {
    const turn = (await this.getTable(claim.table))?.turn;
    return turn?.execution === claim.execution ? turn : undefined;
  }

  /** Throws unless this backup was committed before, by a twin: `TurnLost`, or `CutUnreachable` if its parent is dead. */
  async #checkCommitted(claim: Claim, isParentDead = false): Promise<void> {
    const row = (await this.#rows.get(keys.backup(claim.table, claim.backup))) as BackupRecord | undefined;
    if (row?.status === 'AVAILABLE' || row?.status === 'DELETED') return;
    if (!isParentDead) throw turnLost();
    throw new TidemarkError('CutUnreachable', 'the snapshot that it goes on from was deleted meanwhile');
  }

  #setTurn(claim: Claim, free: Held): NonNullable<Write['Update']> {
    const turn: Turn = { execution: claim.execution, backup: claim.backup, since: this.#clock.now() };
    return {
      Key: { ...keys.table(claim.table) },
      UpdateExpression: 'SET turn = :turn',
      ConditionExpression: `${free.condition} AND contains(pending, :id)`,
      ExpressionAttributeValues: { ...free.values, ':turn': turn, ':id': claim.backup },
    };
  }
}

interface Held {
  readonly condition: string;
  readonly values: Readonly<Record<string, string>>;
}

const isFree: Held = { condition: 'attribute_not_exists(turn)', values: {} };

/**
 * The turn is as it was seen, with the same parent pinned: whoever ends it lets go of just that pin, so a pin set in
 * between must not be lost from sight.
 */
function heldAs({ execution, parent }: Turn): Held {
  return parent === undefined
    ? {
        condition: 'turn.execution = :held AND attribute_not_exists(turn.parent)',
        values: { ':held': execution },
      }
    : {
        condition: 'turn.execution = :held AND turn.parent = :pinned',
        values: { ':held': execution, ':pinned': parent },
      };
}

type Update = NonNullable<Write['Update']>;

/** The snapshot becomes the head, and the turn is free. */
function headMoved({ claim, tableId, marker, headSeen }: Commit, turn: Turn): Update {
  const { condition, values } = heldAs(turn);
  const head: Head = { tableId, snapshot: claim.backup, marker };
  const sameHead = headSeen === undefined ? 'attribute_not_exists(head)' : 'head.#snapshot = :head';
  return {
    Key: { ...keys.table(claim.table) },
    UpdateExpression: 'SET head = :next REMOVE turn DELETE pending :ids',
    ConditionExpression: `${condition} AND ${sameHead}`,
    ...(headSeen !== undefined && { ExpressionAttributeNames: { '#snapshot': 'snapshot' } }),
    ExpressionAttributeValues: {
      ...values,
      ':next': head,
      ':ids': new Set([claim.backup]),
      ...(headSeen !== undefined && { ':head': headSeen }),
    },
  };
}

/** The turn is free, and the head is what it was. */
function headKept({ claim }: Commit, turn: Turn): Update {
  const { condition, values } = heldAs(turn);
  return {
    Key: { ...keys.table(claim.table) },
    UpdateExpression: 'REMOVE turn DELETE pending :ids',
    ConditionExpression: condition,
    ExpressionAttributeValues: { ...values, ':ids': new Set([claim.backup]) },
  };
}

/**
 * A snapshot that leans on another's runs is committed only while that one lives. The head lives, and so does what is
 * pinned for the turn; an earlier execution's manifest may lean on one whose pin is gone.
 */
function parentAlive({ claim, asOf, headSeen, result: { parent } }: Commit, turn: Turn): Write[] {
  const isHead = asOf === undefined && parent === headSeen;
  if (parent === undefined || isHead || parent === turn.parent) return [];
  return [
    {
      ConditionCheck: {
        Key: { ...keys.snapshot(claim.table, parent) },
        ConditionExpression: 'alive = :true',
        ExpressionAttributeValues: { ':true': true },
      },
    },
  ];
}

function releasedParent(table: string, turn: Turn | undefined): Write[] {
  return turn?.parent === undefined ? [] : [unpinned(table, turn.parent, turn.execution)];
}

function turnLost(): TidemarkError {
  return new TidemarkError(
    'TurnLost',
    'another execution holds the turn of this table, or its head has moved',
  );
}

function toTable(row: Record<string, unknown> | undefined): TableRecord | undefined {
  if (row === undefined) return undefined;
  const pending = row['pending'] instanceof Set ? [...(row['pending'] as Set<BackupId>)].sort() : [];
  return { ...(row as unknown as TableRecord), pending };
}
