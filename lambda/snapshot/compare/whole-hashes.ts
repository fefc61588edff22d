import type { Keyed } from '../format/change.ts';

/**
 * Changes the batches of sorted entries so that all entries of a hash are in one batch. A reader that stops after a batch can then
 * continue from the next hash without missing a key.
 */
export async function* batchWholeHashes<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
): AsyncGenerator<T[]> {
  let pending: T[] = [];
  for await (const batch of batches) {
    pending.push(...batch);
    const last = pending.at(-1)?.hash;
    const start = pending.findIndex(({ hash }) => hash === last);
    if (start > 0) yield pending.splice(0, start);
  }
  if (pending.length > 0) yield pending;
}
