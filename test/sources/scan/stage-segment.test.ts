import { describe, expect, it } from 'vitest';
import type { TableIdentity } from '../../../lambda/model/records.ts';
import { stageSegment } from '../../../lambda/sources/scan/stage-segment.ts';
import { SimulatedTable } from '../../support/sources/simulated-stream.ts';
import { prepareStreamWork } from '../../support/sources/stream-work.ts';

/** Prepares the scan of a table of three pages, each of which takes a second. */
function prepareScan(timeBudgetMs: number, requested: Partial<TableIdentity> = {}) {
  const table = new SimulatedTable({ emptyPages: 0, recordsPerPage: 1, seed: 1 });
  for (let key = 0; key < 6; key++) table.write(key);
  table.meanwhile = () => {
    table.now += 1000;
  };
  const { services, plan, staging, stream } = prepareStreamWork(table, { timeBudgetMs });
  const work = { table: { ...plan.table, ...requested }, staging, task: 0 };
  return (part: number) => stageSegment(services, { source: 'scan', stream, segments: 1 }, { ...work, part });
}

describe('the scan of a segment', () => {
  it('ends a part when its time is used up, and continues there in the next one', async () => {
    const stage = prepareScan(1500);
    expect([await stage(0), await stage(1)]).toEqual([false, true]);
  });

  it('fails if another table of that name has taken the place of the requested one', async () => {
    const stage = prepareScan(60_000, { tableId: 'deleted-0001' });
    await expect(stage(0)).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});
