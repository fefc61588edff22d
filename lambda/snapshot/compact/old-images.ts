import type { ObjectStore } from '../../storage/object-store.ts';
import { measureImage } from '../format/content.ts';
import { digestImage } from '../format/digest.ts';
import { fromHex, type HashRange } from '../format/hash-range.ts';
import { type Layer, lookUp, OpenRun } from '../read/lookup.ts';
import { keyNamesOf, type Manifest } from '../format/manifest.ts';
import type { NetChange, OldImage } from './net-change.ts';
import { selectRuns } from '../read/runs.ts';

/**
 * Replaces the old images of changes by what the parent holds for their keys. This is for sources without exact boundaries,
 * whose old images may be from another time. Keys ascend, so each of the parent's frames is read at most once.
 */
export async function* addOldImages(
  store: ObjectStore,
  parent: Manifest,
  range: HashRange,
  batches: AsyncIterable<readonly NetChange[]>,
): AsyncGenerator<NetChange[]> {
  const keyCount = keyNamesOf(parent.description).length;
  const newestFirst = selectRuns(parent.runs, range)
    .toReversed()
    .map((run): Layer => ({ range: fromHex(run.range), run: new OpenRun(store, run, keyCount) }));
  for await (const batch of batches) {
    const lines = await lookUp(batch, newestFirst);
    yield batch.map((change) => ({ ...change, old: toOldImage(lines.get(change)?.image) }));
  }
}

function toOldImage(image: Buffer | undefined): OldImage | undefined {
  return image && { digest: digestImage(image), bytes: measureImage(image) };
}
