import { constants, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeItem } from '../../bench/engine/items.ts';
import type { TableDescription } from '../../lambda/model/records.ts';
import { assumptions } from '../../lambda/estimate/assumptions.ts';
import {
  estimateImport,
  estimateWrites,
  type Size,
  estimateWriteUnits,
} from '../../lambda/estimate/restore-estimate.ts';
import { GB } from '../../lambda/estimate/prices.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { available, creating } from '../dialects/dynamodb/fakes.ts';

const plain: TableDescription = creating.description;
/** A table with one global and one local index. */
const { globalSecondaryIndexes, localSecondaryIndexes } = available.description;

const size = fc
  .record({ items: fc.nat(10 ** 10), itemBytes: fc.double({ min: 2, max: 400 * 1024, noNaN: true }) })
  .map(({ items, itemBytes }): Size => ({ items, bytes: Math.round(items * itemBytes) }));
const ways = { estimateWrites, estimateImport };

describe('estimateWriteUnits', () => {
  it('returns a span that contains the units of all items of any sizes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 * 1024 })), (sizes) => {
        const units = sizes.reduce((sum, bytes) => sum + Math.ceil(bytes / 1024), 0);
        const bytes = sizes.reduce((sum, each) => sum + each, 0);
        const { low, high } = estimateWriteUnits({ items: sizes.length, bytes });
        expect(units).toBeGreaterThanOrEqual(low);
        expect(units).toBeLessThanOrEqual(high);
      }),
    );
  });
});

describe.each(Object.entries(ways))('%s', (_, estimate) => {
  it('returns finite spans for any size', () => {
    fc.assert(
      fc.property(size, (given) => {
        const { usd, seconds } = estimate(given, { ...plain, globalSecondaryIndexes });
        for (const { low, high } of [usd, seconds]) {
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeGreaterThanOrEqual(low);
          expect(high).toBeLessThan(Infinity);
        }
      }),
    );
  });

  it('never estimates a lower price for more data', () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 2, max: 10 }), (small, factor) => {
        const less = estimate(small, plain);
        const more = estimate({ items: small.items * factor, bytes: small.bytes * factor }, plain);
        for (const bound of ['low', 'high'] as const) {
          expect(more.usd[bound]).toBeGreaterThanOrEqual(less.usd[bound]);
        }
      }),
    );
  });

  it('estimates a price of zero and a time above zero for an empty table', () => {
    const { usd, seconds } = estimate({ items: 0, bytes: 0 }, plain);
    expect(usd).toEqual({ low: 0, high: 0 });
    expect(seconds.low).toBeGreaterThan(0);
  });

  it('adds, for a global index, between nothing and a write of every item', () => {
    const given = { items: 1_000_000, bytes: 500_000_000 };
    const [without, with_] = [estimate(given, plain), estimate(given, { ...plain, globalSecondaryIndexes })];
    expect(with_.usd.low).toBe(without.usd.low);
    const units = estimateWriteUnits(given).high;
    expect(with_.usd.high - without.usd.high).toBeCloseTo((units * 0.625) / 1e6, 6);
  });
});

describe('a restore of 100 GB in items of 1 KB by writes', () => {
  const given = { items: 100 * 1024 * 1024, bytes: 100 * GB };

  it('costs 0.625 USD for each million units, and a little for the functions', () => {
    const { usd } = estimateWrites(given, plain);
    const units = 104.8576 * 0.625;
    expect(usd.low).toBeGreaterThan(units);
    expect(usd.low).toBeLessThan(units + 3);
    expect(usd.high).toBeGreaterThan(2 * units);
  });

  it('takes as long as the table limits it: at best 40,000 units a second, at worst 4,000', () => {
    const { seconds } = estimateWrites(given, plain);
    expect(seconds.low).toBeCloseTo(104_857_600 / 40_000 + assumptions.writesBegin.low, 3);
    expect(seconds.high).toBeCloseTo((2 * 104_857_600) / 4000 + assumptions.writesBegin.high, 3);
  });

  it('costs more with a local index, whose entries are written with the items', () => {
    const [without, with_] = [plain, { ...plain, localSecondaryIndexes }].map((target) =>
      estimateWrites(given, target),
    );
    expect(with_?.usd.low).toBe(without?.usd.low);
    expect(with_?.usd.high).toBeGreaterThan(1.9 * (without?.usd.high ?? Infinity));
  });
});

describe('a restore by import', () => {
  it('costs 0.15 USD for each GB of JSON, and a little for writing and keeping the objects', () => {
    const { usd } = estimateImport({ items: 1_000_000, bytes: 10 * GB }, plain);
    const frames = 12_000_000 / GB;
    const gigabytes = { low: 10 + frames, high: 25 + frames };
    // A function needs 40 to 120 seconds for each GB. A tenth to three quarters of a GB is stored, for three days.
    const functionUsd = 0.0000133334 * (1769 / 1024);
    expect(usd.low).toBeCloseTo(gigabytes.low * (0.15 + 40 * functionUsd + 0.1 * 0.0023), 9);
    expect(usd.high).toBeCloseTo(gigabytes.high * (0.15 + 120 * functionUsd + 0.75 * 0.0023), 9);
  });

  it('takes minutes, however little data there is', () => {
    const { seconds } = estimateImport({ items: 1, bytes: 10 }, plain);
    expect(seconds.low).toBeGreaterThanOrEqual(120);
    expect(seconds.high).toBeLessThan(15 * 60);
  });

  it('has estimated spans that contain the JSON and gzip sizes of the benchmark’s items', () => {
    const items = Array.from({ length: 200 }, (_, i) => fromSdk(makeItem(1, i, 0)));
    const bytes = items.reduce((sum, item) => sum + measureItem(item), 0);
    const text = items.map((item) => `{"Item":${toCanonicalItem(item, ['id'])}}\n`).join('');
    const lines = Buffer.byteLength(text);
    const gzip = gzipSync(text, { level: constants.Z_BEST_SPEED }).length / lines;
    expect(gzip).toBeGreaterThan(assumptions.gzipBytes.low);
    expect(gzip).toBeLessThan(assumptions.gzipBytes.high);
    const json = (lines - items.length * assumptions.lineBytes) / bytes;
    expect(json).toBeGreaterThan(assumptions.jsonBytes.low);
    expect(json).toBeLessThan(assumptions.jsonBytes.high);
  });
});
