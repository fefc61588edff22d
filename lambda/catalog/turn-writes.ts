import type { Lineage } from '../model/data-sinks.ts';
import type { Turn } from '../model/records.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { Write } from './catalog-table.ts';
import { keys } from './schema.ts';
import { unpinSnapshot } from './snapshots.ts';
import type { BackupId } from '../model/ids.ts';

/** The writes that transactions on a table's turn are made of. */

export type Update = NonNullable<Write['Update']>;

/** An execution that wants or has a lineage's turn, and the backup that it makes. */
export interface Claim extends Lineage {
  readonly backup: BackupId;
  readonly execution: string;
}

/** A condition on the turn in a table's record. */
export interface TurnCondition {
  readonly condition: string;
  readonly values: Readonly<Record<string, string>>;
}

export const isFree: TurnCondition = { condition: 'attribute_not_exists(turn)', values: {} };

/**
 * Requires that the turn is unchanged since it was read, with the same parent pinned. A caller that ends the turn releases
 * only the pin that it has read, so the write must fail if another pin was set since.
 */
export function isUnchanged({ execution, parent }: Turn): TurnCondition {
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

/** Gives the turn to the claimant since `now` (epoch ms), if its backup is pending. */
export function setTurn(claim: Claim, now: number, free: TurnCondition): Write {
  const { backup, execution } = claim;
  const turn: Turn = { execution, backup, since: now };
  return {
    Update: {
      Key: { ...keys.table(claim) },
      UpdateExpression: 'SET turn = :turn',
      ConditionExpression: `${free.condition} AND contains(pending, :id)`,
      ExpressionAttributeValues: { ...free.values, ':turn': turn, ':id': backup },
    },
  };
}

/** Frees the turn and removes the backup from the pending ones. */
export function freeTurn(claim: Claim, turn: Turn): Write & { readonly Update: Update } {
  const { condition, values } = isUnchanged(turn);
  return {
    Update: {
      Key: { ...keys.table(claim) },
      UpdateExpression: 'REMOVE turn DELETE pending :ids',
      ConditionExpression: condition,
      ExpressionAttributeValues: { ...values, ':ids': new Set([claim.backup]) },
    },
  };
}

/** Records that the parent is pinned for the turn. */
export function setParent(claim: Claim, turn: Turn, parent: BackupId): Write {
  const { condition, values } = isUnchanged(turn);
  return {
    Update: {
      Key: { ...keys.table(claim) },
      UpdateExpression: 'SET turn.parent = :parent',
      ConditionExpression: condition,
      ExpressionAttributeValues: { ...values, ':parent': parent },
    },
  };
}

/** Releases the pin that was set for the turn, if there is one. */
export function unpinParent(table: string, turn: Turn | undefined): Write[] {
  return turn?.parent === undefined ? [] : [unpinSnapshot(table, turn.parent, turn.execution)];
}

/** Counts a new execution of the backup, as number `attempts`, unless another caller was faster. */
export function countAttempt({ table, backup }: Claim, attempts: number): Write {
  return {
    Update: {
      Key: { ...keys.backup(table, backup) },
      UpdateExpression: 'SET attempts = :next',
      ConditionExpression: 'attempts = :seen AND #status = :creating',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':next': attempts, ':seen': attempts - 1, ':creating': 'CREATING' },
    },
  };
}

/** Removes the backup from the pending ones, on condition that it is one and has not got the turn. */
export function dropPending(key: Lineage & Pick<Claim, 'backup'>): Write {
  return {
    Update: {
      Key: { ...keys.table(key) },
      UpdateExpression: 'DELETE pending :ids',
      ConditionExpression: 'contains(pending, :id) AND (attribute_not_exists(turn) OR turn.#backup <> :id)',
      ExpressionAttributeNames: { '#backup': 'backup' },
      ExpressionAttributeValues: { ':id': key.backup, ':ids': new Set([key.backup]) },
    },
  };
}

/** Makes the backup FAILED. `cancelled`: because a caller cancelled it. */
export function failBackup(
  { table, backup }: Pick<Claim, 'table' | 'backup'>,
  reason: string,
  cancelled = false,
): Write {
  return {
    Update: {
      Key: { ...keys.backup(table, backup) },
      UpdateExpression: `SET #status = :failed, reason = :reason${cancelled ? ', cancelled = :cancelled' : ''}`,
      ConditionExpression: '#status = :creating',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':failed': 'FAILED',
        ':creating': 'CREATING',
        ':reason': shortenText(reason),
        ...(cancelled && { ':cancelled': true }),
      },
    },
  };
}
