import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSnapshots, type Difference } from '../../../lambda/snapshot/compare/compare.ts';
import { countReads } from '../../../lambda/snapshot/read/counting-store.ts';
import { compareKeyed, type Keyed, placeAfter, startOfHash } from '../../../lambda/snapshot/format/change.ts';
import { wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import type { Manifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { smallLimits } from '../../support/snapshot/chain.ts';
import {
  histories,
  makeItems,
  makeSnapshots,
  maxItem,
  expectPresent,
} from '../../support/snapshot/histories.ts';
import { change, createMemoryStore, sortKeyed } from '../../support/snapshot/support.ts';
import { listFrames, watchStore } from '../../support/snapshot/watched-store.ts';
import { scaleRuns } from '../../support/scale.ts';

type Content = ReadonlyMap<number, string>;

async function compare(
  store: ObjectStore,
  from: Manifest,
  to: Manifest,
  start: Keyed = startOfHash(0n),
): Promise<string[]> {
  const found: Difference[] = [];
  let below = start;
  for await (const { differences, upTo } of compareSnapshots(store, from, to, start, smallLimits)) {
    // The differences of a step lie between the step before and its own end.
    for (const difference of differences) {
      expect(compareKeyed(difference, below)).toBeGreaterThanOrEqual(0);
      expect(compareKeyed(difference, upTo)).toBeLessThan(0);
    }
    expect(compareKeyed(upTo, below)).toBeGreaterThanOrEqual(0);
    found.push(...differences);
    below = upTo;
  }
  expect(below).toEqual(startOfHash(wholeRange.to));
  expect(found).toEqual(sortKeyed(found));
  return found.map(({ change, key }) => `${change} ${String(key)}`);
}

/** Finds the differences with two Maps. */
function compareMaps(from: Content, to: Content, start: Keyed = startOfHash(0n)): string[] {
  const numbers = Array.from({ length: maxItem + 1 }, (_, n) => n);
  return sortKeyed(numbers.map((n) => ({ ...change(n, undefined), n })))
    .filter((item) => compareKeyed(item, start) >= 0 && from.get(item.n) !== to.get(item.n))
    .map(({ n, key }) => {
      if (!from.has(n)) return `added ${String(key)}`;
      return to.has(n) ? `changed ${String(key)}` : `removed ${String(key)}`;
    });
}

/** Any hash, and the places at and after an item's key. */
const places: fc.Arbitrary<Keyed> = fc.oneof(
  fc.bigInt(0n, wholeRange.to - 1n).map(startOfHash),
  fc.nat(maxItem).map((n) => change(n, undefined)),
  fc.nat(maxItem).map((n) => placeAfter(change(n, undefined))),
);

async function makeTwo(...args: Parameters<typeof makeSnapshots>) {
  const [first, second] = await makeSnapshots(...args);
  return { first: expectPresent(first), second: expectPresent(second) };
}

describe('the differences of two snapshots', () => {
  it('are those of the tables, in order, for any two snapshots of a history, and no byte is read twice', async () => {
    await fc.assert(
      fc.asyncProperty(histories, places, async (history, start) => {
        const plain = createMemoryStore();
        const snapshots = await makeSnapshots(history, plain);
        for (const from of snapshots) {
          for (const to of snapshots) {
            const store = watchStore(plain);
            const expected = compareMaps(from.content, to.content);
            expect(await compare(store, from.manifest, to.manifest)).toEqual(expected);
            expect(store.maxByteReads()).toBeLessThanOrEqual(1);
            expect(await compare(plain, from.manifest, to.manifest, start)).toEqual(
              compareMaps(from.content, to.content, start),
            );
          }
        }
      }),
      { numRuns: scaleRuns(3), endOnFailure: true },
    );
  });

  it('are found between snapshots of two tables, which share nothing', async () => {
    await fc.assert(
      fc.asyncProperty(histories, histories, async (one, other) => {
        const store = createMemoryStore();
        const from = expectPresent((await makeSnapshots(one, store)).at(-1));
        const to = expectPresent((await makeSnapshots(other, store)).at(-1));
        expect(await compare(store, from.manifest, to.manifest)).toEqual(
          compareMaps(from.content, to.content),
        );
      }),
      { numRuns: scaleRuns(2), endOnFailure: true },
    );
  });
});

it('compareSnapshots takes the value of a key that one side lacks from the newest shared run', async () => {
  const store = createMemoryStore();
  const text = 'the same again';
  const deltas = [text, undefined, text].map((text) => new Map([[5, text]]));
  const snapshots = await makeSnapshots(
    [
      { changes: makeItems(50), kind: 'full' },
      ...deltas.map((changes) => ({ changes, kind: 'incremental' as const })),
    ],
    store,
  );
  const [, , before, after] = snapshots.map(({ manifest }) => manifest);
  // The two snapshots share the base and the older delta runs.
  expect(expectPresent(after).runs.slice(0, expectPresent(before).runs.length)).toEqual(
    expectPresent(before).runs,
  );
  const key = String(change(5, undefined).key);
  expect(await compare(store, expectPresent(before), expectPresent(after))).toEqual([`added ${key}`]);
  expect(await compare(store, expectPresent(after), expectPresent(before))).toEqual([`removed ${key}`]);
});

describe('runs that two snapshots share', () => {
  it('are not read to compare a snapshot with itself', async () => {
    const plain = createMemoryStore();
    const { second } = await makeTwo(
      [
        { changes: makeItems(40), kind: 'full' },
        { changes: makeItems(3), kind: 'incremental' },
      ],
      plain,
    );
    const store = countReads(plain);
    expect(await compare(store, second.manifest, second.manifest)).toEqual([]);
    expect(store.reads).toEqual({ bytesRead: 0, requests: 0 });
  });

  it('are read for an incremental snapshot only in the shared base’s frames of changed keys', async () => {
    const plain = createMemoryStore();
    const changes = new Map([[5, 'changed']]);
    const { first, second } = await makeTwo(
      [
        { changes: makeItems(50), kind: 'full' },
        { changes, kind: 'incremental' },
      ],
      plain,
    );
    expect(second.manifest.runs.filter(({ kind }) => kind === 'delta')).toHaveLength(1);
    const store = watchStore(plain);
    expect(await compare(store, first.manifest, second.manifest)).toEqual([
      `changed ${String(change(5, undefined).key)}`,
    ]);
    const frames = await listFrames(plain, first.manifest.runs);
    const read = frames.filter(({ run, entry }) => store.countFrameReads(run, entry) > 0);
    expect(frames.length).toBeGreaterThan(10);
    expect(read).toHaveLength(1);
    // The index and the frame of the base; the same of the delta run.
    expect(read.map(({ run }) => store.countFileReads(run.key))).toEqual([2]);
    const files = new Set(second.manifest.runs.map(({ key }) => key));
    expect([...files].filter((key) => store.countFileReads(key) > 0)).toHaveLength(2);
  });

  it('are read, for two base runs of which one was folded from the other, only in the frames that differ', async () => {
    const plain = createMemoryStore();
    const { first, second } = await makeTwo(
      [
        { changes: makeItems(50), kind: 'full' },
        { changes: new Map([[5, undefined]]), kind: 'full' },
      ],
      plain,
    );
    const store = watchStore(plain);
    expect(await compare(store, first.manifest, second.manifest)).toEqual([
      `removed ${String(change(5, undefined).key)}`,
    ]);
    const all = [...first.manifest.runs, ...second.manifest.runs];
    const frames = await listFrames(plain, all);
    const bySha256 = Map.groupBy(frames, ({ entry }) => entry.sha256);
    const own = frames.filter(({ entry }) => bySha256.get(entry.sha256)?.length === 1);
    expect(own.length).toBeGreaterThan(0);
    expect(own.length).toBeLessThan(frames.length / 4);
    const read = frames.filter(({ run, entry }) => store.countFrameReads(run, entry) > 0);
    expect(read).toEqual(own);
  });

  it('are opened only once if they are delta runs that span many partitions', async () => {
    const plain = createMemoryStore();
    const { first, second } = await makeTwo(
      [
        { changes: makeItems(60), kind: 'full' },
        { changes: new Map([1, 2, 3].map((n) => [n, 'x'])), kind: 'incremental' },
      ],
      plain,
    );
    const store = watchStore(plain);
    expect(await compare(store, first.manifest, second.manifest)).toHaveLength(3);
    const deltas = second.manifest.runs.filter(({ kind }) => kind === 'delta');
    expect(first.manifest.partitions.length).toBeGreaterThan(4);
    expect(deltas.map(({ key }) => store.countFileReads(key))).toEqual([2]);
  });
});

it('compareSnapshots throws SnapshotCorrupt for a damaged frame', async () => {
  const store = createMemoryStore();
  const { first, second } = await makeTwo(
    [
      { changes: makeItems(10), kind: 'full' },
      { changes: new Map([[1, 'x']]), kind: 'incremental' },
    ],
    store,
  );
  const delta = expectPresent(second.manifest.runs.find(({ kind }) => kind === 'delta'));
  const bytes = expectPresent(store.objects.get(delta.key));
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  await expect(compare(store, first.manifest, second.manifest)).rejects.toMatchObject({
    code: 'SnapshotCorrupt',
  });
});
