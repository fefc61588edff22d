import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { Item } from '../../../lambda/item/attribute-value.ts';
import { measureItem } from '../../../lambda/item/size.ts';
import type { Change } from '../../../lambda/snapshot/format/change.ts';
import type { Content } from '../../../lambda/snapshot/format/content.ts';
import { contains, type HashRange, toHex, wholeRange } from '../../../lambda/snapshot/format/hash-range.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { anyChanges, change, type MemoryStore, createMemoryStore, writeRun } from './support.ts';

const end = 1n << 64n;
const keys = 40;

/** Some hash, often that of a key or a neighbouring one. */
const anyBoundary = fc.oneof(
  fc
    .tuple(fc.nat(keys), fc.integer({ min: -1, max: 1 }))
    .map(([pk, distance]) => change(pk, '').hash + BigInt(distance)),
  fc.bigInt(1n, end - 1n),
);

export const anyRange: fc.Arbitrary<HashRange> = fc.oneof(
  fc.constant(wholeRange),
  fc
    .uniqueArray(fc.oneof(anyBoundary, fc.constantFrom(0n, end)), { minLength: 2, maxLength: 2 })
    .map(([a = 0n, b = 0n]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
);

/** A part of the hash space with a base run of its own. */
interface Region {
  readonly range: HashRange;
  /** The range that the run was written for. Its keys outside `range` do not count. */
  readonly written: HashRange;
  readonly items: readonly Change[];
  readonly frameBytes: number;
}

/** One to three regions that do not overlap. Frames reach across their ends; some regions have no item, some no run. */
export const anyRegions: fc.Arbitrary<readonly Region[]> = fc
  .uniqueArray(anyBoundary, { maxLength: 2 })
  .chain((boundaries) => {
    const ends = [0n, ...boundaries.toSorted((a, b) => (a < b ? -1 : 1)), end];
    const ranges = ends.slice(1).map((to, i) => ({ from: ends[i] ?? 0n, to }));
    return fc.tuple(...ranges.map(anyRegion)).map((regions) => regions.filter((one) => one !== undefined));
  });

function anyRegion(range: HashRange): fc.Arbitrary<Region | undefined> {
  const region = fc
    .record({
      written: fc.constantFrom(range, wholeRange),
      items: anyChanges('base', keys),
      frameBytes: fc.constantFrom(1, 150, 400, 10_000),
    })
    .map(({ written, items, frameBytes }) => ({
      range,
      written,
      items: items.filter(({ hash }) => contains(written, hash)),
      frameBytes,
    }));
  return fc.option(region, { nil: undefined, freq: 6 });
}

/** Stores the base run of each region. */
export async function storeRegions(
  regions: readonly Region[],
): Promise<{ readonly store: MemoryStore; readonly bases: readonly RunRef[] }> {
  const store = createMemoryStore();
  const bases = await Promise.all(
    regions.map(async ({ range, written, items, frameBytes }, i) => ({
      ...(await writeRun(store, `base-${i}`, 'base', items, frameBytes)),
      range: toHex(range),
      written: toHex(written),
    })),
  );
  return { store, bases };
}

/** Returns the counted items of the regions, by key. */
export function itemsOf(regions: readonly Region[], within: HashRange): Map<string, Change> {
  const counting = regions.flatMap(({ range, items }) => items.filter(({ hash }) => contains(range, hash)));
  return new Map(
    counting.filter(({ hash }) => contains(within, hash)).map((item) => [String(item.key), item] as const),
  );
}

/** Counts the content of images by docs/format.md alone. */
export function countContent(images: readonly string[]): Content {
  let digest = 0n;
  for (const image of images) {
    digest += BigInt(`0x${createHash('sha256').update(image).digest('hex').slice(0, 32)}`);
  }
  return {
    items: images.length,
    bytes: images.reduce((sum, image) => sum + measureItem(JSON.parse(image) as Item), 0),
    digest: (digest % (1n << 128n)).toString(16).padStart(32, '0'),
  };
}
