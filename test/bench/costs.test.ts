import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthsLeft, total } from '../../bench/costs/bill.ts';
import { chainSteps } from '../../bench/costs/chain.ts';
import { costsDocument } from '../../bench/costs/document.ts';
import { awsBackup, onDemandBackups, recoveryAlone } from '../../bench/costs/native.ts';
import { measured, type Scenario, scenario } from '../../bench/costs/scenario.ts';
import { byExport, byStream, exportedBytes, streamPages } from '../../bench/costs/tidemark.ts';
import { baseWork, incrementWork, together, workUsd } from '../../bench/costs/work.ts';
import { makeItem } from '../../bench/engine/items.ts';
import { GB } from '../../lambda/estimate/prices.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { measureItem } from '../../lambda/item/size.ts';

const ways = { byExport, byStream, onDemandBackups, awsBackup, recoveryAlone };

describe('docs/costs.md', () => {
  it('is what the script says (npm run costs)', () => {
    const written = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');
    expect(written).toBe(costsDocument(scenario));
  });
});

describe('what increments store', () => {
  it('is what the benchmark measured: 30 daily ones of 1 percent and their base are 1.54 copies', () => {
    const live = chainSteps(30, 0.01).at(-1)?.live ?? 0;
    expect(live).toBeGreaterThan(1.54);
    expect(live).toBeLessThan(1.57);
  });

  it('is all that they write, if every snapshot is kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.001, max: 0.6, noNaN: true }),
        (n, share) => {
          const steps = chainSteps(n, share);
          expect(steps).toHaveLength(n);
          const written = steps.reduce((sum, step) => sum + step.written, 1);
          expect(steps.at(-1)?.live).toBeCloseTo(written, 6);
          // No change is lost: each step writes at least its own, or the whole.
          for (const step of steps) expect(step.written).toBeGreaterThanOrEqual(Math.min(1, share) - 1e-9);
        },
      ),
    );
  });

  it('is less of the same, if only some are kept', () => {
    const [all, some] = [1, 3].map((keepEvery) => chainSteps(90, 0.01 / 3, keepEvery));
    expect(some?.map(({ written }) => written)).toEqual(all?.map(({ written }) => written));
    expect(some?.at(-1)?.live).toBeLessThan(all?.at(-1)?.live ?? 0);
    expect(some?.at(-1)?.live).toBeGreaterThan(1.3);
  });
});

describe('what is asked for and paid', () => {
  it('of an on-demand backup is the whole table for as long as it is kept', () => {
    const twoDays: Scenario = { ...scenario, days: 2 };
    // 100 GB for two days, for one day, and for none.
    const usd = (100 * 0.1 * (2 + 1 + 0)) / 30;
    for (const way of [onDemandBackups, awsBackup]) {
      expect(total(way(twoDays))).toBeCloseTo(usd, 9);
      expect(way(twoDays)).toMatchObject({ storedBytes: 300 * GB, requests: 3 });
    }
    expect(onDemandBackups(scenario).keepUsd).toBeCloseTo(31 * 100 * 0.1, 9);
  });

  it('of point-in-time recovery is the size of the table', () => {
    expect(total(recoveryAlone(scenario))).toBeCloseTo(20, 9);
    expect(total(recoveryAlone({ ...scenario, days: 15 }))).toBeCloseTo(10, 9);
  });

  it('of an export is its size, of an incremental one at least 10 MB', () => {
    expect(exportedBytes(0)).toBe(10 * 1024 ** 2);
    expect(exportedBytes(GB)).toBe(2 * GB);
    const usd = Object.fromEntries(byExport(scenario).charges.map(({ what, usd }) => [what, usd]));
    expect(usd['full export']).toBeCloseTo(10, 9);
    expect(usd['incremental exports']).toBeCloseTo(30 * 2 * 0.1, 9);
  });

  it('of a scan is a unit for each 4 KB, and of what is staged the time of functions', () => {
    const usd = Object.fromEntries(byStream(scenario).charges.map((charge) => [charge.what, charge.usd]));
    // 26,214,400 units.
    expect(usd['scan of the table']).toBeCloseTo(3.2768, 9);
    // 100 GB and 2 GB of images on each of 30 days, as lines; 90 seconds of 1769 MB for a GB of them.
    const seconds = (100 + 60) * 1.67 * 90;
    expect(usd['staging what was read, in functions']).toBeCloseTo(
      ((seconds * 1769) / 1024) * 0.0000133334,
      9,
    );
  });

  it('of a stream is its pages, full and empty', () => {
    // 2 GB of images in pages of 1 MB; 3 readings of 20 shards with 5 empty pages each.
    expect(streamPages(scenario)).toBe(2048 + 3 * 20 * 5);
    // Small items: 1000 records fill a page first.
    expect(streamPages({ ...scenario, itemBytes: 100 })).toBe(Math.ceil((100 * GB) / 100 / 100 / 1000) + 300);
  });

  it('is for the part of the month that is left', () => {
    expect(monthsLeft(0, 30)).toBe(1);
    expect(monthsLeft(1, 30)).toBe(0);
    expect(monthsLeft(0.5, 60)).toBe(1);
  });
});

describe('the work of a backup', () => {
  it('is that of its parts together', () => {
    const [base, increment] = [baseWork(10 * GB), incrementWork(10 * GB, GB, GB)];
    const both = together([base, increment]);
    expect(workUsd(both)).toBeCloseTo(workUsd(base) + workUsd(increment), 12);
    expect(both.gets).toBe(base.gets + increment.gets);
  });

  it('of an increment is a small part of that of a base', () => {
    const lines = 100 * GB;
    expect(workUsd(incrementWork(lines, 2 * GB, GB))).toBeLessThan(workUsd(baseWork(lines)) / 20);
  });
});

it.each(['byExport', 'byStream'] as const)(
  '%s stores next to nothing but the base without changes',
  (name) => {
    const { charges } = ways[name]({ ...scenario, churn: 1e-9 });
    const usd = charges.find(({ what }) => what === 'S3 storage')?.usd;
    // 167 GB of lines: a run by zstd (49.12 GB) at 0.023, staged by gzip (53.87) and in spills (49.12) for a tenth of it.
    expect(usd).toBeCloseTo(1.1297 + 0.2369, 3);
  },
);

it.each([
  // 100 GB for 30, 29, ... 1 and 0 days: 465 times as many GB-days, at 0.1 for 30.
  ['onDemandBackups', 155],
  ['awsBackup', 155],
  ['recoveryAlone', 20],
] as const)('%s comes to %d USD', (name, usd) => {
  expect(total(ways[name](scenario))).toBeCloseTo(usd, 2);
});

describe.each(Object.entries(ways))('%s', (_, way) => {
  it('costs no less for a larger table', () => {
    const [small, large] = [scenario, { ...scenario, tableBytes: 3 * scenario.tableBytes }].map(way);
    expect(large && total(large)).toBeGreaterThan((small && total(small)) ?? Infinity);
    for (const { usd } of small?.charges ?? []) expect(usd).toBeGreaterThan(0);
  });
});

describe('the figures that were measured here', () => {
  const items = Array.from({ length: 4000 }, (_, i) => fromSdk(makeItem(1, i, 0)));
  const lines = Buffer.from(items.map((item) => `{"Item":${toCanonicalItem(item, ['id'])}}\n`).join(''));

  it('are still those of the items of the benchmark', () => {
    const sizes = items.reduce((sum, item) => sum + measureItem(item), 0);
    expect(Math.abs(lines.length / sizes / measured.json - 1)).toBeLessThan(0.02);
    expect(Math.abs(lines.length / zstdCompressSync(lines).length / measured.zstd - 1)).toBeLessThan(0.05);
    expect(Math.abs(lines.length / gzipSync(lines).length / measured.gzip - 1)).toBeLessThan(0.05);
  });
});
