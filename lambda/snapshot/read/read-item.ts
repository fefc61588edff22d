import type { ObjectStore } from '../../storage/object-store.ts';
import type { Keyed } from '../format/change.ts';
import { countReads, type Reads } from './counting-store.ts';
import { OpenRun } from './lookup.ts';
import { type Manifest } from '../format/manifest.ts';
import { selectRuns } from './runs.ts';
import { keyRulesOf } from '../format/key-rules.ts';

/** The result of reading one item, and the reads that it took. */
export interface ItemReading extends Reads {
  /** The item in canonical form. Undefined: the snapshot has no such item. */
  readonly image: Buffer | undefined;
}

/**
 * Reads one item of a snapshot: the newest line of its key counts. It fetches the index of every run that may hold the key,
 * then one frame of each run, newest run first, until it finds a line. Throws `SnapshotCorrupt`.
 */
export async function readItem(store: ObjectStore, manifest: Manifest, key: Keyed): Promise<ItemReading> {
  const counting = countReads(store);
  const keys = keyRulesOf(manifest);
  const runs = selectRuns(manifest.runs, { from: key.hash, to: key.hash + 1n });
  const newestFirst = runs.toReversed().map((run) => new OpenRun(counting, run, keys));
  // Fetch all indexes at once: one after another, each would add a round trip. An index that fails matters only if its run
  // must be searched.
  await Promise.allSettled(newestFirst.map((run) => run.readIndex()));
  for (const run of newestFirst) {
    const line = await run.find(key);
    if (line !== undefined) return { image: line.image, ...counting.reads };
  }
  return { image: undefined, ...counting.reads };
}
