import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthsUntilEnd, sumCharges } from '../../bench/costs/bill.ts';
import { planChain } from '../../bench/costs/chain.ts';
import { writeCostsDocument } from '../../bench/costs/document.ts';
import { billAwsBackup, billOnDemandBackups, billRecovery } from '../../bench/costs/native.ts';
import { measured, type Scenario, scenario } from '../../bench/costs/scenario.ts';
import { billExport, billStream, computeExportBytes, countStreamPages } from '../../bench/costs/tidemark.ts';
import { planBase, planIncrement, addWork, computeWorkUsd } from '../../bench/costs/work.ts';
import { makeItem } from '../../bench/engine/items.ts';
import { GB } from '../../lambda/estimate/prices.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { fromSdk } from '../../lambda/item/from-sdk.ts';
import { measureItem } from '../../lambda/item/size.ts';

const ways = { billExport, billStream, billOnDemandBackups, billAwsBackup, billRecovery };

describe('docs/costs.md', () => {
  it('is the text that `npm run costs` writes', () => {
    const written = readFileSync(new URL('../../docs/costs.md', import.meta.url), 'utf8');
    expect(written).toBe(writeCostsDocument(scenario));
  });
});

describe('planChain', () => {
  it('stores the amount that the benchmark measured: 1.54 copies for a base and 30 daily increments of 1 percent', () => {
    const live = planChain(30, 0.01).at(-1)?.live ?? 0;
    expect(live).toBeGreaterThan(1.54);
    expect(live).toBeLessThan(1.57);
  });

  it('stores everything that the increments write, if every snapshot is kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.001, max: 0.6, noNaN: true }),
        (n, share) => {
          const steps = planChain(n, share);
          expect(steps).toHaveLength(n);
          const written = steps.reduce((sum, step) => sum + step.written, 1);
          expect(steps.at(-1)?.live).toBeCloseTo(written, 6);
          // No change is lost: each step writes at least its own changes, or the whole table.
          for (const step of steps) expect(step.written).toBeGreaterThanOrEqual(Math.min(1, share) - 1e-9);
        },
      ),
    );
  });

  it('writes the same amount but stores less, if only some snapshots are kept', () => {
    const [all, some] = [1, 3].map((keepEvery) => planChain(90, 0.01 / 3, keepEvery));
    expect(some?.map(({ written }) => written)).toEqual(all?.map(({ written }) => written));
    expect(some?.at(-1)?.live).toBeLessThan(all?.at(-1)?.live ?? 0);
    expect(some?.at(-1)?.live).toBeGreaterThan(1.3);
  });
});

describe('the monthly bill', () => {
  it('counts the whole table for each on-demand backup, for as long as the backup is kept', () => {
    const twoDays: Scenario = { ...scenario, days: 2 };
    // 100 GB for two days, for one day, and for none.
    const usd = (100 * 0.1 * (2 + 1 + 0)) / 30;
    for (const way of [billOnDemandBackups, billAwsBackup]) {
      expect(sumCharges(way(twoDays))).toBeCloseTo(usd, 9);
      expect(way(twoDays)).toMatchObject({ storedBytes: 300 * GB, requests: 3 });
    }
    expect(billOnDemandBackups(scenario).keepUsd).toBeCloseTo(31 * 100 * 0.1, 9);
  });

  it('counts the size of the table for point-in-time recovery', () => {
    expect(sumCharges(billRecovery(scenario))).toBeCloseTo(20, 9);
    expect(sumCharges(billRecovery({ ...scenario, days: 15 }))).toBeCloseTo(10, 9);
  });

  it('counts the size of exports, and at least 10 MB for an incremental one', () => {
    expect(computeExportBytes(0)).toBe(10 * 1024 ** 2);
    expect(computeExportBytes(GB)).toBe(2 * GB);
    const usd = Object.fromEntries(billExport(scenario).charges.map(({ what, usd }) => [what, usd]));
    expect(usd['full export']).toBeCloseTo(10, 9);
    expect(usd['incremental exports']).toBeCloseTo(30 * 2 * 0.1, 9);
  });

  it('counts a read unit for each 4 KB of a scan, and the time of the functions that stage the lines', () => {
    const usd = Object.fromEntries(billStream(scenario).charges.map((charge) => [charge.what, charge.usd]));
    // 26,214,400 units.
    expect(usd['scan of the table']).toBeCloseTo(3.2768, 9);
    // Lines of 100 GB of items, and of 2 GB of images on each of 30 days. Their size is 1.67 times that of the items. A function with 1769 MB takes 90 seconds for a GB.
    const seconds = (100 + 60) * 1.67 * 90;
    expect(usd['staging what was read, in functions']).toBeCloseTo(
      ((seconds * 1769) / 1024) * 0.0000133334,
      9,
    );
  });

  it('counts the full and the empty pages of a stream', () => {
    // 2 GB of images in pages of 1 MB, and 3 readings of 20 shards with 5 empty pages each.
    expect(countStreamPages(scenario)).toBe(2048 + 3 * 20 * 5);
    // A page of small items is full at 1000 records.
    expect(countStreamPages({ ...scenario, itemBytes: 100 })).toBe(
      Math.ceil((100 * GB) / 100 / 100 / 1000) + 300,
    );
  });

  it('counts storage only for the rest of the month', () => {
    expect(monthsUntilEnd(0, 30)).toBe(1);
    expect(monthsUntilEnd(1, 30)).toBe(0);
    expect(monthsUntilEnd(0.5, 60)).toBe(1);
  });
});

describe('the work of a backup', () => {
  it('is the sum of the work of its parts', () => {
    const [base, increment] = [planBase(10 * GB), planIncrement(10 * GB, GB, GB)];
    const both = addWork([base, increment]);
    expect(computeWorkUsd(both)).toBeCloseTo(computeWorkUsd(base) + computeWorkUsd(increment), 12);
    expect(both.gets).toBe(base.gets + increment.gets);
  });

  it('costs far less for an increment than for a base', () => {
    const lines = 100 * GB;
    expect(computeWorkUsd(planIncrement(lines, 2 * GB, GB))).toBeLessThan(
      computeWorkUsd(planBase(lines)) / 20,
    );
  });
});

it.each(['billExport', 'billStream'] as const)(
  '%s stores little more than the base if nothing changes',
  (name) => {
    const { charges } = ways[name]({ ...scenario, churn: 1e-9 });
    const usd = charges.find(({ what }) => what === 'S3 storage')?.usd;
    // 167 GB of lines: a run by zstd (49.12 GB) at 0.023 USD, and for a tenth of the month gzip (53.87) and spills (49.12).
    expect(usd).toBeCloseTo(1.1297 + 0.2369, 3);
  },
);

it.each([
  // 100 GB for 30, 29, ... 1 and 0 days are 46,500 GB-days, at 0.1 USD for 30.
  ['billOnDemandBackups', 155],
  ['billAwsBackup', 155],
  ['billRecovery', 20],
] as const)('%s charges %d USD for the scenario', (name, usd) => {
  expect(sumCharges(ways[name](scenario))).toBeCloseTo(usd, 2);
});

describe.each(Object.entries(ways))('%s', (_, way) => {
  it('costs no less for a larger table', () => {
    const [small, large] = [scenario, { ...scenario, tableBytes: 3 * scenario.tableBytes }].map(way);
    expect(large && sumCharges(large)).toBeGreaterThan((small && sumCharges(small)) ?? Infinity);
    for (const { usd } of small?.charges ?? []) expect(usd).toBeGreaterThan(0);
  });
});

describe('the measured figures of the scenario', () => {
  const items = Array.from({ length: 4000 }, (_, i) => fromSdk(makeItem(1, i, 0)));
  const lines = Buffer.from(items.map((item) => `{"Item":${toCanonicalItem(item, ['id'])}}\n`).join(''));

  it('match the items of the benchmark', () => {
    const sizes = items.reduce((sum, item) => sum + measureItem(item), 0);
    expect(Math.abs(lines.length / sizes / measured.json - 1)).toBeLessThan(0.02);
    expect(Math.abs(lines.length / zstdCompressSync(lines).length / measured.zstd - 1)).toBeLessThan(0.05);
    expect(Math.abs(lines.length / gzipSync(lines).length / measured.gzip - 1)).toBeLessThan(0.05);
  });
});
