import type { ObjectStore } from '../../storage/object-store.ts';
import type { Keyed } from '../format/change.ts';
import { countReads, type Reads } from './counting-store.ts';
import { OpenRun } from './lookup.ts';
import { keyNamesOf, type Manifest } from '../format/manifest.ts';
import { selectRuns } from './runs.ts';

export interface ItemReading extends Reads {
  /** The item in canonical form; undefined: the snapshot has no such item. */
  readonly image: Buffer | undefined;
}

/**
 * Reads one item of a snapshot: the newest line of its key counts. Of each run that may have it the index and one frame
 * are read, from the newest run on until there is a line. Throws `SnapshotCorrupt`.
 */
export async function readItem(store: ObjectStore, manifest: Manifest, key: Keyed): Promise<ItemReading> {
  const counting = countReads(store);
  const keyCount = keyNamesOf(manifest.description).length;
  const runs = selectRuns(manifest.runs, { from: key.hash, to: key.hash + 1n });
  const newestFirst = runs.toReversed().map((run) => new OpenRun(counting, run, keyCount));
  // One after another they would be so many round trips; an index that fails matters only if its turn comes.
  await Promise.allSettled(newestFirst.map((run) => run.readIndex()));
  for (const run of newestFirst) {
    const line = await run.find(key);
    if (line !== undefined) return { image: line.image, ...counting.reads };
  }
  return { image: undefined, ...counting.reads };
}
