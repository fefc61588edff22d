import { describe, expect, test } from 'vitest';
import { answerTo, available, fakeOperations, planned, tableArn } from '../fakes.ts';

describe('PlanSweep', () => {
  test('returns the folders with their totals, the objects to delete, and unknown objects', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'PlanSweep', {})).toEqual({
      status: 200,
      answer: {
        Folders: [
          {
            Folder: 'tables/0b1c2d3e',
            TableName: 'Music',
            Totals: [
              { Verdict: 'UNREFERENCED_RUN', Objects: 1, Bytes: 1500 },
              { Verdict: 'LIVE', Objects: 2, Bytes: 30_000 },
              { Verdict: 'UNKNOWN', Objects: 1, Bytes: 7 },
            ],
            Forget: [available.id],
          },
        ],
        Delete: [{ Object: 'tables/0b1c2d3e/runs/old.zst', Bytes: 1500, Why: 'UNREFERENCED_RUN' }],
        Unknown: ['tables/0b1c2d3e/note.txt'],
      },
    });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith({});
  });

  test.each([
    ['Music', { table: 'Music' }],
    [tableArn, { table: 'Music', tableArn }],
  ])('passes on the table %s', async (TableName, table) => {
    const operations = fakeOperations();
    await answerTo(operations, 'PlanSweep', { TableName });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith(table);
  });

  test('returns the reason why the sweep could not plan a folder', async () => {
    const operations = fakeOperations({
      planSweep: async () => ({ folders: [{ folder: 'staging', trouble: 'SnapshotCorrupt: a manifest' }] }),
    });
    expect((await answerTo(operations, 'PlanSweep', {})).answer).toEqual({
      Folders: [{ Folder: 'staging', Trouble: 'SnapshotCorrupt: a manifest' }],
      Delete: [],
      Unknown: [],
    });
  });

  test('lists only as many objects as an answer has room for, and counts all of them', async () => {
    const [gone] = planned.plan.delete;
    const many = Array.from({ length: 6000 }, () => gone);
    const totals = { ...planned.plan.totals, 'unreferenced-run': { objects: 6000, bytes: 9_000_000 } };
    const folder = { ...planned, plan: { ...planned.plan, delete: many, totals } };
    const operations = fakeOperations({ planSweep: async () => ({ folders: [folder, folder] }) });
    const { answer } = await answerTo(operations, 'PlanSweep', {});
    expect(answer).toHaveProperty('Delete.length', 10_000);
    expect(answer).toHaveProperty('Folders.1.Totals.0.Objects', 6000);
  });
});
