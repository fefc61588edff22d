import { describe, expect, it } from 'vitest';
import { estimateBackup } from '../../lambda/estimate/backup-estimate.ts';
import { GB } from '../../lambda/estimate/prices.ts';

const size = { items: 1_000_000, bytes: 10 * GB };
const full = { kind: 'full', isContinued: false } as const;
const increment = { kind: 'incremental', isContinued: true } as const;

describe('the estimate of a backup', () => {
  it('costs at least the export’s price for a whole table by an export', () => {
    const { usd, monthlyUsd } = estimateBackup(size, { ...full, source: 'export' });
    expect(usd.low).toBeGreaterThan(1);
    expect(usd.high).toBeLessThan(1.2);
    // JSON takes one to two and a half times the size, and compresses to a tenth up to three quarters of that.
    expect(monthlyUsd.low).toBeCloseTo(10 * 0.1 * 0.023, 5);
    expect(monthlyUsd.high).toBeCloseTo(10 * 2.5 * 0.75 * 0.023, 5);
  });

  it('costs at least the read units for a whole table by a scan', () => {
    const { usd } = estimateBackup(size, { ...full, source: 'scan' });
    expect(usd.low).toBeGreaterThan(((10 * GB) / 4096 / 1e6) * 0.125);
    expect(usd.high).toBeLessThan(1);
  });

  it('ranges from nothing to the whole table for changes from the stream', () => {
    const { usd, monthlyUsd } = estimateBackup(size, { ...increment, source: 'stream' });
    expect([usd.low, monthlyUsd.low]).toEqual([0, 0]);
    expect(usd.high).toBeLessThan(estimateBackup(size, { ...full, source: 'export' }).usd.high);
  });

  it('costs at least the price of 10 MB for changes by an export', () => {
    const { usd } = estimateBackup(size, { ...increment, source: 'export' });
    expect(usd.low).toBeCloseTo((0.1 * 10) / 1024, 6);
    expect(usd.high).toBeGreaterThan(2);
  });

  it('stores the whole table for a full backup from the stream', () => {
    const folded = estimateBackup(size, { kind: 'full', isContinued: true, source: 'stream' });
    expect(folded.monthlyUsd).toEqual(estimateBackup(size, { ...full, source: 'scan' }).monthlyUsd);
    expect(folded.usd.low).toBeGreaterThan(0);
  });

  it('has only a price of storage if DynamoDB makes the backup', () => {
    const { usd, monthlyUsd } = estimateBackup(size, { ...full, source: 'native' });
    expect(usd).toEqual({ low: 0, high: 0 });
    expect(monthlyUsd.low).toBeCloseTo(1, 6);
  });

  it('is zero for an empty table', () => {
    const empty = { items: 0, bytes: 0 };
    expect(estimateBackup(empty, { ...full, source: 'scan' }).usd).toEqual({ low: 0, high: 0 });
  });
});
