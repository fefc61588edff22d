import type { RestoreRecord, TargetFate } from '../model/records.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { Write } from './catalog-table.ts';
import { keys, toPosition, usesOf } from './schema.ts';

/** The writes that transactions on a restore's record are made of. */

/** DynamoDB's limit of running restores for an account, over all kinds of restores. */
export const maxRunningRestores = 50;

/** One record holds the set of the ids of all running restores, so that the limit is exact. */
const slots = keys.counter('running-restores');

/**
 * Addresses the record of a restore, on condition that the restore is running and belongs to this execution. `and`: another
 * condition, for example ` AND attribute_exists(way)`. `values`: further values that the condition or the write uses.
 */
export function requireExecution(
  { target, id, attempts }: RestoreRecord,
  and = '',
  values: Readonly<Record<string, unknown>> = {},
) {
  return {
    Key: { ...keys.restore(target) },
    ConditionExpression: `id = :id AND attempts = :seen AND #status = :restoring${and}`,
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':id': id, ':seen': attempts, ':restoring': 'RESTORING', ...values },
  };
}

/** Creates the record, unless a restore to the target is running. */
export function createRestore(restore: RestoreRecord): Write {
  return {
    Put: {
      Item: { ...keys.restore(restore.target), ...restore, collection: 'RESTORES', position: restore.id },
      ConditionExpression: 'attribute_not_exists(pk) OR #status <> :restoring',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':restoring': 'RESTORING' },
    },
  };
}

/** Puts the restore on the list of all restores. It replaces the previous restore to the same target. */
export function listRestore({ target, id }: RestoreRecord): Write {
  return {
    Put: {
      Item: { ...keys.listedRestore(target), target, id, collection: 'LISTED_RESTORES', position: id },
    },
  };
}

/** Puts the restore on the list of its backup's restores. It replaces the previous restore to the same target. */
export function listUse({ target, id, source, backup }: RestoreRecord): Write {
  const place = { collection: usesOf(source.name, backup), position: id };
  return { Put: { Item: { ...keys.backupUse(target), target, id, ...place } } };
}

/** The facts that are recorded when a restore ends. */
export type RestoreEnd = Pick<RestoreRecord, 'reason' | 'targetFate'>;

/** Ends the restore, and puts a failed one on the list of failed ones. `endedAt`: epoch ms. */
export function endRestore(
  restore: RestoreRecord,
  status: 'RESTORED' | 'FAILED',
  { reason, targetFate, endedAt }: RestoreEnd & { readonly endedAt: number },
): Write {
  const failedAt = status === 'FAILED' ? toPosition(endedAt) : undefined;
  const running = requireExecution(restore, '', {
    ':status': status,
    ':endedAt': endedAt,
    ...(reason !== undefined && { ':reason': shortenText(reason) }),
    ...(targetFate !== undefined && { ':targetFate': shortenFate(targetFate) }),
    ...(failedAt !== undefined && { ':failed': 'FAILED_RESTORES', ':failedAt': failedAt }),
  });
  return {
    Update: {
      ...running,
      UpdateExpression:
        'SET #status = :status, endedAt = :endedAt' +
        (reason === undefined ? '' : ', reason = :reason') +
        (targetFate === undefined ? '' : ', targetFate = :targetFate') +
        (failedAt === undefined
          ? ' REMOVE #collection, #position'
          : ', #collection = :failed, #position = :failedAt'),
      ExpressionAttributeNames: {
        ...running.ExpressionAttributeNames,
        '#collection': 'collection',
        '#position': 'position',
      },
    },
  };
}

/** Takes the restore off the list of failed ones, unless a later restore to the same target exists. */
export function unlistRestore(target: string, id: string): Write {
  return {
    Update: {
      Key: { ...keys.restore(target) },
      UpdateExpression: 'REMOVE #collection, #position',
      ConditionExpression: 'id = :id',
      ExpressionAttributeNames: { '#collection': 'collection', '#position': 'position' },
      ExpressionAttributeValues: { ':id': id },
    },
  };
}

/** Replaces the recorded fate of a failed restore's target, unless a later restore to the same target exists. */
export function changeFate(target: string, id: string, targetFate: TargetFate): Write {
  return {
    Update: {
      Key: { ...keys.restore(target) },
      UpdateExpression: 'SET targetFate = :targetFate',
      ConditionExpression: 'id = :id AND #status = :failed',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':id': id, ':failed': 'FAILED', ':targetFate': shortenFate(targetFate) },
    },
  };
}

/** Takes one of the slots of running restores, if one is free. */
export function takeSlot({ id }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...slots },
      UpdateExpression: 'ADD running :ids',
      ConditionExpression: 'attribute_not_exists(running) OR size(running) < :max',
      ExpressionAttributeValues: { ':ids': new Set([id]), ':max': maxRunningRestores },
    },
  };
}

export function freeSlot({ id }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...slots },
      UpdateExpression: 'DELETE running :ids',
      ExpressionAttributeValues: { ':ids': new Set([id]) },
    },
  };
}

/** Keeps the restore's snapshot alive, on condition that it is alive and its backup is not deleted. */
export function holdSnapshot({ id, source, backup }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(source.name, backup) },
      UpdateExpression: 'ADD restores :ids',
      ConditionExpression: 'alive = :true AND attribute_not_exists(released)',
      ExpressionAttributeValues: { ':ids': new Set([id]), ':true': true },
    },
  };
}

/**
 * Stops keeping the snapshot alive, on condition that its record exists: otherwise the update would create an empty
 * record.
 */
export function releaseSnapshot({ id, source, backup }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(source.name, backup) },
      UpdateExpression: 'DELETE restores :ids',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':ids': new Set([id]) },
    },
  };
}

export function requireNoSnapshot({ source, backup }: RestoreRecord): Write {
  return {
    ConditionCheck: {
      Key: { ...keys.snapshot(source.name, backup) },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}

function shortenFate(fate: TargetFate): TargetFate {
  return 'error' in fate ? { ...fate, error: shortenText(fate.error) } : fate;
}
