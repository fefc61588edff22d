import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import { readItem } from '../../../lambda/snapshot/read/read-item.ts';
import { contains, fromHex } from '../../../lambda/snapshot/format/hash-range.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import {
  histories,
  makeItems,
  makeSnapshots,
  maxItem,
  expectPresent,
} from '../../support/snapshot/histories.ts';
import {
  change,
  manifestOf,
  createMemoryStore,
  sortKeyed,
  writeRun,
} from '../../support/snapshot/support.ts';
import { scaleRuns } from '../../support/scale.ts';

async function textOf(store: ObjectStore, manifest: Manifest, n: number): Promise<string | undefined> {
  const { image } = await readItem(store, manifest, change(n, undefined));
  return image?.toString();
}

const imageOf = (n: number, text: string | undefined) => change(n, text).image?.toString();

describe('readItem', () => {
  it('returns the item of the table, for every key and every snapshot of a history', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const store = createMemoryStore();
        const used = new Set(history.flatMap(({ changes }) => [...changes.keys()]));
        for (const { manifest, content } of await makeSnapshots(history, store)) {
          for (const n of [...used, maxItem + 1])
            expect(await textOf(store, manifest, n)).toBe(imageOf(n, content.get(n)));
        }
      }),
      { numRuns: scaleRuns(2), endOnFailure: true },
    );
  });

  it('fetches the index of each run that may hold the key, and one frame of each until it finds a line', async () => {
    const store = createMemoryStore();
    const base = await writeRun(store, 'base', 'base', sortKeyed([change(1, 'old'), change(2, 'old')]), 1);
    const older = await writeRun(store, 'older', 'delta', sortKeyed([change(1, 'new'), change(3, '3')]), 1);
    const newer = await writeRun(store, 'newer', 'delta', [change(2, undefined)], 1);
    const manifest = manifestOf([base, older, newer]);
    const read = (n: number) => readItem(store, manifest, change(n, undefined));
    expect(await read(2)).toMatchObject({ image: undefined, requests: 3 + 1 });
    const one = await read(1);
    expect(String(one.image)).toBe(imageOf(1, 'new'));
    // If the key comes before a run's first key, no frame of the run is read.
    expect(one.requests).toBe(3 + 1 + (change(1, '').hash > change(2, '').hash ? 1 : 0));
    const indexes = base.index.length + older.index.length + newer.index.length;
    expect(one.bytesRead).toBeGreaterThan(indexes);
    expect(one.bytesRead).toBeLessThan(indexes + older.bytes + newer.bytes);
  });

  it('does not touch a run if the snapshot does not refer to it for the key’s hash', async () => {
    const store = createMemoryStore();
    const made = await makeSnapshots([{ changes: makeItems(60), kind: 'full' }], store);
    const { manifest } = expectPresent(made[0]);
    expect(manifest.runs.length).toBeGreaterThan(1);
    const key = change(7, undefined);
    for (const { range, key: file } of manifest.runs)
      if (!contains(fromHex(range), key.hash)) store.objects.delete(file);
    expect(await readItem(store, manifest, key)).toMatchObject({ requests: 2 });
    expect(await textOf(store, manifest, 7)).toBe(imageOf(7, makeItems(60).get(7)));
  });

  it('needs an older run only if no newer run has the key', async () => {
    const store = createMemoryStore();
    const base = await writeRun(store, 'base', 'base', sortKeyed([change(1, 'old'), change(2, 'old')]));
    const delta = await writeRun(store, 'delta', 'delta', [change(1, 'new')]);
    store.objects.delete('base');
    expect(await textOf(store, manifestOf([base, delta]), 1)).toBe(imageOf(1, 'new'));
    await expect(textOf(store, manifestOf([base, delta]), 2)).rejects.toMatchObject({
      code: 'SnapshotCorrupt',
    });
  });
});
