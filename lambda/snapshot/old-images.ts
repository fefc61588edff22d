import type { Item } from '../item/attribute-value.ts';
import { parseJson } from '../item/parse-json.ts';
import { itemSize } from '../item/size.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { Change, Keyed } from './change.ts';
import { imageDigest } from './digest.ts';
import { fromHex, type HashRange } from './hash-range.ts';
import { OpenRun } from './lookup.ts';
import { keyNamesOf, type Manifest } from './manifest.ts';
import type { NetChange, OldImage } from './net-change.ts';
import { runsIn } from './runs.ts';

/**
 * The changes, with what the parent holds of their keys as their old images: for sources whose boundaries are not exact,
 * so that an old image may be of another time. Keys come in ascending order, so each frame that holds one is read once.
 */
export async function* withOldImages(
  store: ObjectStore,
  parent: Manifest,
  range: HashRange,
  batches: AsyncIterable<readonly NetChange[]>,
): AsyncGenerator<NetChange[]> {
  const keyCount = keyNamesOf(parent.description).length;
  const newestFirst = runsIn(parent.runs, range)
    .toReversed()
    .map((run) => ({ range: fromHex(run.range), run: new OpenRun(store, run, keyCount) }));
  for await (const batch of batches) {
    const lines: (Change | undefined)[] = batch.map(() => undefined);
    for (const { run, range: part } of newestFirst) {
      const wanted = [...batch.entries()].filter(
        ([i, { hash }]) => lines[i] === undefined && hash >= part.from && hash < part.to,
      );
      const found = await run.findAll(wanted.map(([, change]): Keyed => change));
      for (const [n, [i]] of wanted.entries()) lines[i] = found[n];
    }
    yield batch.map((change, i) => ({ ...change, old: oldImage(lines[i]) }));
  }
}

function oldImage(line: Change | undefined): OldImage | undefined {
  if (line?.image === undefined) return undefined;
  const { image } = line;
  return { digest: imageDigest(image), bytes: itemSize(parseJson(image.toString()) as Item) };
}
