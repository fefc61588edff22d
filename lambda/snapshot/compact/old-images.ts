import type { ObjectStore } from '../../storage/object-store.ts';
import { measureImage } from '../format/content.ts';
import { digestImage } from '../format/digest.ts';
import { fromHex, type HashRange } from '../format/hash-range.ts';
import { type Layer, lookUp, OpenRun } from '../read/lookup.ts';
import { type Manifest } from '../format/manifest.ts';
import type { NetChange, OldImage } from './net-change.ts';
import { OpenFiles } from '../read/open-files.ts';
import { selectRuns } from '../read/runs.ts';
import { keyRulesOf } from '../format/key-rules.ts';

/**
 * Replaces the old images of changes by the parent's items of the same keys: the old images of sources without exact
 * boundaries may be from another time. Keys ascend, so each of the parent's frames is read at most once, and a file stays
 * open only while keys may be in it.
 */
export async function* addOldImages(
  store: ObjectStore,
  parent: Manifest,
  range: HashRange,
  batches: AsyncIterable<readonly NetChange[]>,
): AsyncGenerator<NetChange[]> {
  const keys = keyRulesOf(parent);
  const newestFirst = selectRuns(parent.runs, range).toReversed();
  const files = new OpenFiles(newestFirst, (run) => new OpenRun(store, run, keys));
  for await (const batch of batches) {
    const [first, last] = [batch[0], batch.at(-1)];
    if (first === undefined || last === undefined) continue;
    files.closeBelow(first.hash);
    const layers = selectRuns(newestFirst, { from: first.hash, to: last.hash + 1n }).map((run): Layer => ({
      range: fromHex(run.range),
      run: files.open(run),
    }));
    const lines = await lookUp(batch, layers);
    yield batch.map((change) => ({ ...change, old: toOldImage(lines.get(change)?.image) }));
  }
}

function toOldImage(image: Buffer | undefined): OldImage | undefined {
  return image && { digest: digestImage(image), bytes: measureImage(image) };
}
