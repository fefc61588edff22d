import { describe, expect, it } from 'vitest';
import { namePart } from '../../../lambda/jobs/staging.ts';
import type { Config } from '../../../lambda/services/config.ts';
import { collectScan } from '../../../lambda/sources/scan/collect.ts';
import { type ScanResult, scanTask } from '../../../lambda/sources/scan/stage-segment.ts';
import { SimulatedTable } from '../../support/sources/simulated-stream.ts';
import { prepareStreamWork, settleMs } from '../../support/sources/stream-work.ts';

const minute = 60_000;

/** Begins a base by scan, and returns a function that collects it: each call works through one more part. */
function beginScan(table: SimulatedTable, config: Partial<Config> = {}) {
  const { services, plan, staging, stream } = prepareStreamWork(table, config);
  const scanned: ScanResult = { done: true, files: [], next: undefined, endedAt: plan.startedAt };
  return async () => {
    await staging.publishOnce(namePart(scanTask(0), 0), async () => scanned);
    for (let part = 0; ; part++) {
      const collected = await collectScan(
        services,
        { source: 'scan', stream, segments: 1 },
        { plan, staging, part },
      );
      if (collected.status !== 'more') return collected;
    }
  };
}

function createTable(recordsPerPage = 10): SimulatedTable {
  return new SimulatedTable({ emptyPages: 0, recordsPerPage, seed: 1 });
}

describe('the stream that corrects a scan', () => {
  it('adds a write whose record has an earlier time than the scan’s start, because clocks differ by seconds', async () => {
    const table = createTable();
    const collect = beginScan(table);
    table.write(1, true, 5000);
    table.now += settleMs;
    expect(await collect()).toMatchObject({ status: 'done', files: [{ records: 1 }] });
  });

  it('adds no write from more than a minute before the scan, because the scan has seen it', async () => {
    const table = createTable();
    table.write(1);
    table.now += 2 * minute;
    const collect = beginScan(table);
    table.now += settleMs;
    expect(await collect()).toMatchObject({ status: 'done', files: [] });
  });

  it.each([10, 1])(
    'adds every record after the first one that the scan may not have seen, even if its time is earlier, in parts of %d records',
    async (recordsPerPage) => {
      const table = createTable(recordsPerPage);
      const collect = beginScan(table, { timeBudgetMs: 0 });
      table.write(1);
      table.write(1, true, 2 * minute);
      table.now += settleMs;
      const collected = await collect();
      if (collected.status !== 'done') throw new Error('the records can be read');
      expect(collected.files.map(({ records }) => records)).toEqual(recordsPerPage === 1 ? [1, 1] : [2]);
    },
  );
});
