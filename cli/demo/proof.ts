import type { Write } from './writer.ts';

/** What a backup must hold. Times are epoch ms by the clock of the writer's history. */
export interface Expected {
  /** Fingerprints of the items that were acknowledged before the request and that nobody wrote until it was served. */
  readonly settled: ReadonlyMap<string, string>;
  /** Everything that the writer wrote, before and after the cut; its keys are its own. */
  readonly history: readonly Write[];
  /** Every write that was acknowledged by then is in the backup. */
  readonly requestedAt: number;
  /** No write that was sent later is in it. */
  readonly latest: number;
}

export interface Proof {
  readonly held: boolean;
  /** What was found. */
  readonly detail: string;
}

/** Whether the items are the settled ones and what the writer had written at one moment that the bounds allow. */
export function prove(items: ReadonlyMap<string, string>, expected: Expected): Proof {
  const own = new Set(expected.history.map((write) => write.key));
  const wrong = [...expected.settled, ...items]
    .map(([key]) => key)
    .filter((key) => !own.has(key) && items.get(key) !== expected.settled.get(key));
  const keys = new Set(wrong);
  const [first] = keys;
  if (first !== undefined) {
    return { held: false, detail: `${keys.size} items are missing, added or different; one is ${first}` };
  }
  const written = [...items].filter(([key]) => own.has(key));
  const writes = explainingWrites(new Map(written), expected);
  return writes === undefined
    ? { held: false, detail: `the writer's ${written.length} items are of no moment that the cut may be at` }
    : { held: true, detail: `all ${items.size} items equal, as after ${writes} writes of the writer` };
}

/** After how many of the writer's writes its items were these; undefined: after no number that the bounds allow. */
function explainingWrites(
  items: ReadonlyMap<string, string>,
  { history, requestedAt, latest }: Expected,
): number | undefined {
  const least = history.filter((write) => write.ackedAt <= requestedAt).length;
  const different = new Set(items.keys());
  for (const [i, { sentAt, key, item }] of history.entries()) {
    if (i >= least && different.size === 0) return i;
    if (sentAt > latest) return undefined;
    if (items.get(key) === item) different.delete(key);
    else different.add(key);
  }
  return different.size === 0 ? history.length : undefined;
}
