import type { Write } from './catalog-table.ts';
import type { RestoreRecord, TargetFate } from '../model/records.ts';
import { keys } from './schema.ts';

/** The writes that the transactions of a restore's record are made of. */

/** DynamoDB's limit for an account, over all kinds of restores. */
export const maxRunningRestores = 50;

/** The set of the ids of all restores that run, in one record, so that the limit is exact. */
const slots = keys.counter('running-restores');

/**
 * The record of a restore, on condition that it runs and this execution has it, `and` what else is asked of it. `values`
 * are those that the write has besides.
 */
export function ofExecution(
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

export function beginning(restore: RestoreRecord): Write {
  return {
    Put: {
      Item: { ...keys.restore(restore.target), ...restore, collection: 'RESTORES', position: restore.id },
      ConditionExpression: 'attribute_not_exists(pk) OR #status <> :restoring',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':restoring': 'RESTORING' },
    },
  };
}

/** What is known of a restore at its end. */
export type RestoreEnd = Pick<RestoreRecord, 'reason' | 'targetFate'>;

/** `failedAt` is its place in the list of those that failed. */
export function ending(
  restore: RestoreRecord,
  status: 'RESTORED' | 'FAILED',
  { reason, targetFate, failedAt }: RestoreEnd & { failedAt: string | undefined },
): Write {
  const found = ofExecution(restore, '', {
    ':status': status,
    ...(reason !== undefined && { ':reason': reason }),
    ...(targetFate !== undefined && { ':targetFate': targetFate }),
    ...(failedAt !== undefined && { ':failed': 'FAILED_RESTORES', ':failedAt': failedAt }),
  });
  return {
    Update: {
      ...found,
      UpdateExpression:
        'SET #status = :status' +
        (reason === undefined ? '' : ', reason = :reason') +
        (targetFate === undefined ? '' : ', targetFate = :targetFate') +
        (failedAt === undefined
          ? ' REMOVE #collection, #position'
          : ', #collection = :failed, #position = :failedAt'),
      ExpressionAttributeNames: {
        ...found.ExpressionAttributeNames,
        '#collection': 'collection',
        '#position': 'position',
      },
    },
  };
}

/** Takes it off that list, if the target was not restored to again since. */
export function forgetting(target: string, id: string): Write {
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

/** Replaces what became of the target of a failed restore, if the target was not restored to again since. */
export function changingFate(target: string, id: string, targetFate: TargetFate): Write {
  return {
    Update: {
      Key: { ...keys.restore(target) },
      UpdateExpression: 'SET targetFate = :targetFate',
      ConditionExpression: 'id = :id AND #status = :failed',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: { ':id': id, ':failed': 'FAILED', ':targetFate': targetFate },
    },
  };
}

/** Takes one of the places of running restores. */
export function taking({ id }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...slots },
      UpdateExpression: 'ADD running :ids',
      ConditionExpression: 'attribute_not_exists(running) OR size(running) < :most',
      ExpressionAttributeValues: { ':ids': new Set([id]), ':most': maxRunningRestores },
    },
  };
}

export function freeing({ id }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...slots },
      UpdateExpression: 'DELETE running :ids',
      ExpressionAttributeValues: { ':ids': new Set([id]) },
    },
  };
}

export function holding({ id, source, backup }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(source.name, backup) },
      UpdateExpression: 'ADD restores :ids',
      ConditionExpression: 'alive = :true AND attribute_not_exists(released)',
      ExpressionAttributeValues: { ':ids': new Set([id]), ':true': true },
    },
  };
}

/** On condition that there is a snapshot: an update would make an empty record of one. */
export function released({ id, source, backup }: RestoreRecord): Write {
  return {
    Update: {
      Key: { ...keys.snapshot(source.name, backup) },
      UpdateExpression: 'DELETE restores :ids',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':ids': new Set([id]) },
    },
  };
}

export function withoutSnapshot({ source, backup }: RestoreRecord): Write {
  return {
    ConditionCheck: {
      Key: { ...keys.snapshot(source.name, backup) },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  };
}
