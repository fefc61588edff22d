import type { Write } from './writer.ts';

/*
 * The proof that a restored table has the content of one moment. Every item but the writer's must be as it was when the backup
 * was requested, because nobody else writes while a backup is made. The writer's items must be those after some number of its
 * writes: at least all that were acknowledged before the request, and none that was sent after the latest possible cut.
 *
 *     writer    w1 acked   w2 acked  |  w3   w4  |  w5 sent
 *                             request             latest cut
 *     passes if the items are those after 2, 3 or 4 writes
 */

/** The content that a backup must have. Times are epoch ms by the clock of the writer's history. */
export interface Expected {
  /** Fingerprints, by key, of all items but the writer's. Nobody wrote them between the request and the end of the backup. */
  readonly settled: ReadonlyMap<string, string>;
  /** All writes of the writer, before and after the cut. No other process writes to the keys of this writer. */
  readonly history: readonly Write[];
  /** Time of the request. Every write that was acknowledged by then is in the backup. */
  readonly requestedAt: number;
  /** The latest possible cut. No write that was sent later is in the backup. */
  readonly latestCut: number;
}

export interface Proof {
  readonly passed: boolean;
  /** The result of the check, as a sentence. */
  readonly detail: string;
}

/** Checks the items of a restored table, given as fingerprints by key. */
export function prove(items: ReadonlyMap<string, string>, expected: Expected): Proof {
  const own = new Set(expected.history.map((write) => write.key));
  const wrong = [...expected.settled, ...items]
    .map(([key]) => key)
    .filter((key) => !own.has(key) && items.get(key) !== expected.settled.get(key));
  const keys = new Set(wrong);
  const [first] = keys;
  if (first !== undefined) {
    return { passed: false, detail: `${keys.size} items are missing, added or different; one is ${first}` };
  }
  const written = [...items].filter(([key]) => own.has(key));
  const writes = countWrites(new Map(written), expected);
  return writes === undefined
    ? { passed: false, detail: `the writer's ${written.length} items are those of no possible cut` }
    : {
        passed: true,
        detail: `all ${items.size} items are equal, those of the writer as after ${writes} of its writes`,
      };
}

/** Finds the number of writes after which the writer's items were these; undefined if no allowed number fits. */
function countWrites(
  items: ReadonlyMap<string, string>,
  { history, requestedAt, latestCut }: Expected,
): number | undefined {
  const minWrites = history.filter((write) => write.ackedAt <= requestedAt).length;
  const different = new Set(items.keys());
  for (const [i, { sentAt, key, item }] of history.entries()) {
    if (i >= minWrites && different.size === 0) return i;
    if (sentAt > latestCut) return undefined;
    if (items.get(key) === item) different.delete(key);
    else different.add(key);
  }
  return different.size === 0 ? history.length : undefined;
}
