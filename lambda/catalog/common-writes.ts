import type { Write } from './catalog-table.ts';
import { keys } from './schema.ts';

/** How long a request key is remembered: longer than any retry or second delivery takes to arrive. */
const requestMemorySeconds = 24 * 60 * 60;

/**
 * How long the record of something deleted is kept: nothing that has to do with it can still be at work. An execution ends
 * after 14 days, and the name of one cannot be used again for 90.
 */
const deletedMemorySeconds = 90 * 24 * 60 * 60;

/** When DynamoDB removes the record of what is deleted at `now` (epoch ms): epoch seconds. */
export function toDeletedTtl(now: number): number {
  return Math.floor(now / 1000) + deletedMemorySeconds;
}

/** A write that creates a record, which must not exist yet. */
export function putNew(item: Record<string, unknown>): Write {
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Remembers for a day which record a request has created. Fails if the request was remembered before. `now`: epoch ms. */
export function rememberRequest(requestKey: string, made: object, now: number): Write {
  const ttl = Math.floor(now / 1000) + requestMemorySeconds;
  return putNew({ ...keys.request(requestKey), ...made, ttl });
}
