import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Kind } from '../../lambda/model/records.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { contains, splitHashSpace, fromHex } from '../../lambda/snapshot/format/hash-range.ts';
import type { Manifest } from '../../lambda/snapshot/format/manifest.ts';
import { readSnapshot } from '../../lambda/snapshot/read/read-snapshot.ts';
import { countContent } from '../support/snapshot/base-regions.ts';
import { createChain, smallLimits, type Texts } from '../support/snapshot/chain.ts';
import {
  change,
  gather,
  type MemoryStore,
  createMemoryStore,
  sortKeyed,
} from '../support/snapshot/support.ts';
import { scaleRuns } from '../support/scale.ts';

const keys = 60;
const wholeRange = { from: 0n, to: 1n << 64n };

const anyText = fc.string({ maxLength: 30 });
const anyBackup = fc.record({
  kind: fc.constantFrom<Kind>('incremental', 'incremental', 'incremental', 'differential', 'full'),
  changes: fc
    .uniqueArray(fc.tuple(fc.nat(keys), fc.option(anyText, { nil: undefined })), {
      selector: ([n]) => n,
      maxLength: keys,
    })
    .chain((all) => fc.constantFrom(all, all.slice(0, 3)))
    .map((changes): Texts => new Map(changes)),
});

/** Limits so small that a chain of a few backups merges, folds and doubles partitions. */
const anyLimits = fc.record({
  partitionBytes: fc.constantFrom(400, 900, 100_000),
  maxPartitions: fc.constantFrom(2, 16),
  maxRanges: fc.constantFrom(1, 2, 8),
  maxRuns: fc.integer({ min: 2, max: 5 }),
  foldShare: fc.constantFrom(0.2, 0.5, 3),
  batchEntries: fc.constantFrom(1, 3, 512),
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Moves the clock by an hour at each reading, so that each invocation does the least work that it may. */
function letTimeFly(): void {
  let now = 0;
  vi.spyOn(systemClock, 'now').mockImplementation(() => (now += 3_600_000));
}

async function expectContent(
  store: MemoryStore,
  manifest: Manifest,
  content: ReadonlyMap<number, string>,
): Promise<void> {
  const model = sortKeyed([...content].map(([n, text]) => change(n, text)));
  const items = await gather(readSnapshot(store, manifest, wholeRange, smallLimits));
  expect(items.map(({ image }) => String(image))).toEqual(model.map(({ image }) => String(image)));
  const ranges = splitHashSpace(manifest.partitions.length);
  const images = ranges.map((range) =>
    model.filter(({ hash }) => contains(range, hash)).map(({ image }) => String(image)),
  );
  expect(manifest.partitions).toEqual(images.map(countContent));
  expect(manifest).toMatchObject(countContent(images.flat()));
}

/** Expects the runs to have the sizes of their files, and the manifest to count exactly the new runs as copied. */
function expectRuns(store: MemoryStore, manifest: Manifest, parent: Manifest | undefined): void {
  const sizes = manifest.runs.map(({ key }) => store.objects.get(key)?.length);
  expect(sizes).toEqual(manifest.runs.map(({ bytes }) => bytes));
  const before = new Set(parent?.runs.map(({ key }) => key));
  const added = manifest.runs.filter(({ key }) => !before.has(key));
  expect(manifest.copied).toEqual({
    files: added.length,
    bytes: added.reduce((sum, { bytes }) => sum + bytes, 0),
    records: added.reduce((sum, { records }) => sum + records, 0),
  });
}

function countMostRuns({ runs, partitions }: Manifest): number {
  const starts = runs.map(({ range }) => fromHex(range).from);
  const places = [...starts, ...splitHashSpace(partitions.length).map(({ from }) => from)];
  const counts = places.map((hash) => runs.filter(({ range }) => contains(fromHex(range), hash)).length);
  return Math.max(0, ...counts);
}

describe('each backup of any chain', () => {
  const anyChain = fc.record({
    limits: anyLimits,
    backups: fc.array(anyBackup, { minLength: 2, maxLength: 10 }),
  });

  it('has the content of its table, figures that equal a recount, and runs that exist and stay within the limit', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, async ({ limits, backups }) => {
        const store = createMemoryStore();
        const table = createChain(store, { ...smallLimits, ...limits });
        let parent: Manifest | undefined;
        for (const { changes, kind } of backups) {
          const manifest = await table.backup(changes, kind);
          await expectContent(store, manifest, table.content);
          expectRuns(store, manifest, parent);
          expect(countMostRuns(manifest)).toBeLessThanOrEqual(limits.maxRuns);
          parent = manifest;
        }
      }),
      { numRuns: scaleRuns(15) },
    );
  });

  it('has the content of its table even if every invocation’s time is used up at once', async () => {
    letTimeFly();
    await fc.assert(
      fc.asyncProperty(anyChain, async ({ limits, backups }) => {
        const store = createMemoryStore();
        const table = createChain(store, { ...smallLimits, ...limits });
        let parent: Manifest | undefined;
        for (const { changes, kind } of backups) {
          const manifest = await table.backup(changes, kind);
          await expectContent(store, manifest, table.content);
          expectRuns(store, manifest, parent);
          parent = manifest;
        }
      }),
      { numRuns: scaleRuns(10) },
    );
  });

  it('ends a delta run where the invocation’s time is used up', async () => {
    letTimeFly();
    const table = createChain(createMemoryStore(), { ...smallLimits, partitionBytes: 100_000, foldShare: 3 });
    const texts = (text: string): Texts => new Map(Array.from({ length: 30 }, (_, n) => [n, text]));
    await table.backup(texts('x'.repeat(30)));
    const { runs } = await table.backup(texts('y'));
    const ranges = runs.filter(({ kind }) => kind === 'delta').map(({ range }) => fromHex(range));
    expect(ranges.length).toBeGreaterThan(2);
    const sorted = ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    expect(sorted.map(({ to }) => to)).toEqual([...sorted.slice(1).map(({ from }) => from), wholeRange.to]);
  });

  it('has the last written text of an item, although a later write of the same text is merged with it', async () => {
    const store = createMemoryStore();
    const table = createChain(store, { ...smallLimits, foldShare: 3 });
    await table.backup(new Map([[1, 'first']]));
    await table.backup(new Map([[1, 'second']]));
    const manifest = await table.backup(new Map([[1, 'second']]), 'differential');
    await expectContent(store, manifest, new Map([[1, 'second']]));
  });

  it('leaves the content of earlier snapshots unchanged', async () => {
    await fc.assert(
      fc.asyncProperty(anyChain, async ({ limits, backups }) => {
        const store = createMemoryStore();
        const table = createChain(store, { ...smallLimits, ...limits });
        const made: [Manifest, ReadonlyMap<number, string>][] = [];
        for (const { changes, kind } of backups) {
          made.push([await table.backup(changes, kind), new Map(table.content)]);
        }
        for (const [manifest, content] of made) await expectContent(store, manifest, content);
      }),
      { numRuns: scaleRuns(8) },
    );
  });
});

describe('the files that a backup adds', () => {
  const many: Texts = new Map(Array.from({ length: 200 }, (_, n) => [n, `item ${n}`]));

  it('are one delta run if the changes are few, even with many partitions', async () => {
    const table = createChain(createMemoryStore(), { ...smallLimits, foldShare: 3 });
    const { partitions } = await table.backup(many);
    expect(partitions).toHaveLength(16);
    const { copied, kind } = await table.backup(
      new Map([
        [1, 'changed'],
        [2, undefined],
        [300, 'new'],
      ]),
    );
    expect([kind, copied.files, copied.records]).toEqual(['incremental', 1, 3]);
  });

  it('are none if nothing changed, or a write left an item as it was', async () => {
    const table = createChain(createMemoryStore());
    await table.backup(many);
    const nothing = await table.backup(new Map());
    expect(nothing.copied).toEqual({ bytes: 0, files: 0, records: 0 });
    const same = await table.backup(new Map([[1, 'item 1']]));
    expect(same.copied).toEqual({ bytes: 0, files: 0, records: 0 });
  });

  it('are one run of all changes since the last full snapshot if the backup is differential', async () => {
    const table = createChain(createMemoryStore(), { ...smallLimits, foldShare: 3 });
    await table.backup(many);
    await table.backup(new Map([[1, 'one']]));
    await table.backup(new Map([[2, 'two']]), 'differential');
    const { copied, runs } = await table.backup(new Map([[3, undefined]]), 'differential');
    expect(copied).toMatchObject({ files: 1, records: 3 });
    expect(
      runs.filter(({ kind }) => kind === 'delta').map(({ records, tombstones }) => [records, tombstones]),
    ).toEqual([[3, 1]]);
  });

  it('are only base runs if the backup is full', async () => {
    const table = createChain(createMemoryStore(), { ...smallLimits, foldShare: 3 });
    await table.backup(many);
    await table.backup(new Map([[1, 'one']]));
    const { runs, kind, base, id } = await table.backup(new Map([[2, 'two']]), 'full');
    expect(runs.every((run) => run.kind === 'base')).toBe(true);
    expect([kind, base]).toEqual(['full', id]);
  });
});
