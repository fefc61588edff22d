import type { Keyed } from '../format/change.ts';

/**
 * The same sorted entries in batches that end where a hash does: whoever goes on at a hash has met all keys of those
 * before.
 */
export async function* batchWholeHashes<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
): AsyncGenerator<T[]> {
  let held: T[] = [];
  for await (const batch of batches) {
    held.push(...batch);
    const last = held.at(-1)?.hash;
    const start = held.findIndex(({ hash }) => hash === last);
    if (start > 0) yield held.splice(0, start);
  }
  if (held.length > 0) yield held;
}
