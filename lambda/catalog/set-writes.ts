import type { BackupRecord, Figures } from '../model/records.ts';
import type { SeriesSettings, SetKey, SetMember, SetOutcome, SetRecord } from '../model/sets.ts';
import { shortenText } from '../runtime/shorten.ts';
import type { Write } from './catalog-table.ts';
import { putNew, rememberRequest } from './common-writes.ts';
import type { Deletion } from './snapshots.ts';
import { keys, toPosition, toSetPosition, ttlAttribute } from './schema.ts';

/** The writes that transactions on backup sets are made of. */

/** Builds the writes of a new set's records, except that of its series. None of the records may exist yet. `now`: epoch ms. */
export function createSetWrites(set: SetRecord, requestKey: string | undefined, now: number): Write[] {
  const { name, id, expiresAt } = set;
  const key = { name, id };
  const position = toSetPosition(id);
  const writes = [putNew({ ...keys.set(key), ...set, collection: 'SETS', position }), openSet(key)];
  if (expiresAt !== undefined) {
    const place = { collection: 'SET_EXPIRIES', position: toPosition(expiresAt) };
    writes.push(putNew({ ...keys.setExpiry(key), ...key, ...place }));
  }
  if (requestKey !== undefined) writes.push(rememberRequest(requestKey, key, now));
  return writes;
}

/** The reconciler finds a set that is being made or deleted through this record. */
function openSet(key: SetKey): Write {
  const place = { collection: 'OPEN_SETS', position: toSetPosition(key.id) };
  return { Put: { Item: { ...keys.openSet(key), ...key, ...place } } };
}

export function closeSet(key: SetKey): Write {
  return { Delete: { Key: { ...keys.openSet(key) } } };
}

/** A day, `yyyy-mm-dd` in UTC, and how many sets of a name may be requested on it. */
export interface DailyLimit {
  readonly day: string;
  readonly max: number;
}

/**
 * Makes the set the running set of its series and counts it on the current day of the series: the day of the request, or a
 * later one if another clock is ahead. Fails if a set is running, the day is full, or the series has not reached the
 * request's day.
 */
export function continueDay(key: SetKey, { day, max }: DailyLimit): Write {
  return {
    Update: {
      Key: { ...keys.series(key.name) },
      UpdateExpression: 'SET running = :id ADD #count :one',
      ConditionExpression: 'attribute_not_exists(running) AND #day >= :day AND #count < :max',
      ExpressionAttributeNames: { '#day': 'day', '#count': 'count' },
      ExpressionAttributeValues: { ':id': key.id, ':one': 1, ':day': day, ':max': max },
    },
  };
}

/** The same for the first set of a day. Fails if a set is running or the day has begun. */
export function beginDay(key: SetKey, { day }: DailyLimit): Write {
  return {
    Update: {
      Key: { ...keys.series(key.name) },
      UpdateExpression: 'SET running = :id, #day = :day, #count = :one',
      ConditionExpression: 'attribute_not_exists(running) AND (attribute_not_exists(#day) OR #day < :day)',
      ExpressionAttributeNames: { '#day': 'day', '#count': 'count' },
      ExpressionAttributeValues: { ':id': key.id, ':one': 1, ':day': day },
    },
  };
}

/** Lets the next set of the series begin, if this set is the running one. */
export function endRunning({ name, id }: SetKey): Write {
  return {
    Update: {
      Key: { ...keys.series(name) },
      UpdateExpression: 'REMOVE running',
      ConditionExpression: 'running = :id',
      ExpressionAttributeValues: { ':id': id },
    },
  };
}

/** Replaces the settings of a series. Fails if there was never a set of the name. */
export function updateSeries(name: string, settings: SeriesSettings): Write {
  return {
    Update: {
      Key: { ...keys.series(name) },
      UpdateExpression: 'SET settings = :settings',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':settings': settings },
    },
  };
}

/** Ends a set that is CREATING. */
export function endSet(
  key: SetKey,
  status: SetOutcome,
  figures: Figures,
  kind: SetRecord['kind'],
  now: number,
): Write {
  return {
    Update: {
      Key: { ...keys.set(key) },
      UpdateExpression:
        'SET #status = :status, figures = :figures, endedAt = :now' +
        (kind === undefined ? '' : ', kind = :kind'),
      ConditionExpression: '#status = :creating',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':status': status,
        ':figures': figures,
        ':now': now,
        ':creating': 'CREATING',
        ...(kind !== undefined && { ':kind': kind }),
      },
    },
  };
}

/**
 * Begins to delete a set that has ended: moves its record, if it has not changed since it was read, to a key that no list
 * reads.
 */
export function beginDeleting(set: SetRecord, deletion: Deletion): Write[] {
  const deleting: SetRecord = { ...set, status: 'DELETING', ...deletion };
  return [
    {
      Delete: {
        Key: { ...keys.set(set) },
        ConditionExpression: '#status = :seen',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':seen': set.status },
      },
    },
    { Put: { Item: { ...keys.deletedSet(set), ...deleting } } },
    { Delete: { Key: { ...keys.setExpiry(set) } } },
    openSet(set),
  ];
}

/** Creates the write that has DynamoDB remove the record of a member of a deleted set, at a time in epoch seconds. */
export function expireMember(key: SetKey, table: string, ttl: number): Write {
  return {
    Update: {
      Key: { ...keys.setMember(key, table) },
      UpdateExpression: 'SET #ttl = :ttl',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#ttl': ttlAttribute },
      ExpressionAttributeValues: { ':ttl': ttl },
    },
  };
}

/** Ends the deletion of a set, and has DynamoDB remove its record at a time in epoch seconds. */
export function finishDeleting(key: SetKey, ttl: number): Write[] {
  return [
    {
      Update: {
        Key: { ...keys.deletedSet(key) },
        UpdateExpression: 'SET #status = :deleted, #ttl = :ttl',
        ConditionExpression: '#status = :deleting',
        ExpressionAttributeNames: { '#status': 'status', '#ttl': ttlAttribute },
        ExpressionAttributeValues: { ':deleted': 'DELETED', ':deleting': 'DELETING', ':ttl': ttl },
      },
    },
    closeSet(key),
  ];
}

/** Creates the record of a member together with that of its backup. */
export function createMember(key: SetKey, { table, id, arn, description }: BackupRecord): Write {
  const member: SetMember = {
    table: table.name,
    status: 'CREATING',
    backup: id,
    backupArn: arn,
    sizeBytes: description.sizeBytes,
  };
  return putNew({ ...keys.setMember(key, table.name), ...member });
}

/** Creates the record of a member that gets no backup. */
export function refuseMember(key: SetKey, table: string, reason: string): Write {
  const member: SetMember = { table, status: 'FAILED', reason: shortenText(reason) };
  return putNew({ ...keys.setMember(key, table), ...member });
}

/** Records the end of a member's backup, unless it is recorded already or the backup was deleted since. */
export function endMember(key: SetKey, { table, status, kind, figures, reason }: SetMember): Write {
  const known = { kind, figures, reason };
  const present = Object.entries(known).filter(([, value]) => value !== undefined);
  return {
    Update: {
      Key: { ...keys.setMember(key, table) },
      UpdateExpression: ['SET #status = :status', ...present.map(([name]) => `${name} = :${name}`)].join(
        ', ',
      ),
      ConditionExpression: '#status = :creating',
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':status': status,
        ':creating': 'CREATING',
        ...Object.fromEntries(present.map(([name, value]) => [`:${name}`, value])),
      },
    },
  };
}

/**
 * Records that the member's backup is deleted, in the transaction that deletes it. A failed member stays FAILED: the set
 * must not end as if that backup had been made.
 */
export function deleteMember(key: SetKey, { table, status, reason }: BackupRecord): Write {
  const hasFailed = status === 'FAILED';
  return {
    Update: {
      Key: { ...keys.setMember(key, table.name) },
      UpdateExpression: `SET #status = :status, #table = :table${hasFailed ? ', reason = :reason' : ''}`,
      ExpressionAttributeNames: { '#status': 'status', '#table': 'table' },
      ExpressionAttributeValues: {
        ':status': hasFailed ? 'FAILED' : 'DELETED',
        ':table': table.name,
        ...(hasFailed && { ':reason': reason ?? 'the backup failed and was deleted' }),
      },
    },
  };
}
