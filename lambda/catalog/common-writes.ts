import type { Write } from './catalog-table.ts';
import { keys } from './schema.ts';

/** How long a request key is remembered: longer than any retry or second delivery takes to arrive. */
const requestMemorySeconds = 24 * 60 * 60;

/** A write that creates a record, which must not exist yet. */
export function putNew(item: Record<string, unknown>): Write {
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Remembers for a day which record a request has created. Fails if the request was remembered before. `now`: epoch ms. */
export function rememberRequest(requestKey: string, made: object, now: number): Write {
  const ttl = Math.floor(now / 1000) + requestMemorySeconds;
  return putNew({ ...keys.request(requestKey), ...made, ttl });
}
