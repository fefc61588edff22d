import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import { measureImage } from '../../../lambda/snapshot/format/content.ts';
import { digestImage } from '../../../lambda/snapshot/format/digest.ts';
import { contains, splitHashSpace, toHex, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { NetChange, OldImage } from '../../../lambda/snapshot/compact/net-change.ts';
import { addOldImages } from '../../../lambda/snapshot/compact/old-images.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { histories, makeSnapshots, maxItem } from '../../support/snapshot/histories.ts';
import {
  change,
  gather,
  toBatches,
  manifestOf,
  createMemoryStore,
  sortKeyed,
  writeRun,
} from '../../support/snapshot/support.ts';
import { listFrames, watchStore } from '../../support/snapshot/watched-store.ts';
import { scaleRuns } from '../../support/scale.ts';

const claimed: OldImage = { digest: Buffer.alloc(16), bytes: 1 };

/** Makes changes of these keys, with wrong old images. */
function makeChanges(keys: readonly number[]): NetChange[] {
  const changes = keys.map((n) => ({
    ...change(n, 'new'),
    first: '1',
    last: '1',
    imageBytes: 9,
    old: claimed,
  }));
  return sortKeyed(changes);
}

async function findOldImages(
  store: ObjectStore,
  parent: Manifest,
  changes: NetChange[],
  sizes: readonly number[] = [2],
): Promise<(OldImage | undefined)[]> {
  const corrected = await gather(addOldImages(store, parent, wholeRange, toBatches(changes, sizes)));
  expect(corrected.map((each) => ({ ...each, old: claimed }))).toEqual(changes);
  return corrected.map(({ old }) => old);
}

function toOldImage({ image }: Change): OldImage | undefined {
  return image && { digest: digestImage(image), bytes: measureImage(image) };
}

describe('addOldImages', () => {
  it('takes old images from the parent, even if the changes claim others, and reads no frame twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.uniqueArray(fc.nat(maxItem + 1)),
        fc.array(fc.nat(4), { minLength: 1 }),
        async (history, keys, sizes) => {
          const plain = createMemoryStore();
          for (const { manifest, content } of await makeSnapshots(history, plain)) {
            const store = watchStore(plain);
            const expected = sortKeyed(keys.map((n) => change(n, content.get(n)))).map(toOldImage);
            expect(await findOldImages(store, manifest, makeChanges(keys), sizes)).toEqual(expected);
            for (const { run, entry } of await listFrames(plain, manifest.runs))
              expect(store.countFrameReads(run, entry)).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: scaleRuns(2), endOnFailure: true },
    );
  });

  it('takes an old image from the newest run with the key, and does not read older runs once every key was found', async () => {
    const plain = createMemoryStore();
    const base = await writeRun(plain, 'base', 'base', sortKeyed([change(1, 'old'), change(2, 'old')]));
    const delta = await writeRun(
      plain,
      'delta',
      'delta',
      sortKeyed([change(1, 'newer'), change(2, undefined)]),
    );
    const store = watchStore(plain);
    const expected = sortKeyed([change(1, 'newer'), change(2, undefined)]).map(toOldImage);
    expect(await findOldImages(store, manifestOf([base, delta]), makeChanges([1, 2]))).toEqual(expected);
    expect(store.countFileReads('base')).toBe(0);
  });

  it('takes an old image from an older run if the snapshot refers to the newer run only for other hashes', async () => {
    const store = createMemoryStore();
    const keys = Array.from({ length: 16 }, (_, n) => n);
    const write = (kind: 'base' | 'delta', text: string) =>
      writeRun(store, kind, kind, sortKeyed(keys.map((n) => change(n, text))));
    const [lower] = splitHashSpace(2);
    if (lower === undefined) throw new Error('there are two halves');
    const delta = { ...(await write('delta', 'newer')), range: toHex(lower) };
    const parent = manifestOf([await write('base', 'old'), delta]);
    const expected = sortKeyed(
      keys.map((n) => (contains(lower, change(n, '').hash) ? change(n, 'newer') : change(n, 'old'))),
    );
    expect(new Set(expected.map(({ hash }) => contains(lower, hash)))).toEqual(new Set([true, false]));
    // Batches within one part of the newer run, and a batch that reaches beyond that part.
    for (const size of [2, keys.length])
      expect(await findOldImages(store, parent, makeChanges(keys), [size])).toEqual(expected.map(toOldImage));
  });
});
