import { describe, expect, it } from 'vitest';
import { planned } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

describe('tidemark sweep --plan', () => {
  const lines = [
    'tables/0b1c2d3e/runs/old.zst (1.5 KB, UNREFERENCED_RUN)',
    'tables/0b1c2d3e/note.txt (kept, UNKNOWN)',
    'would delete 1 object, 1.5 KB: runs that no live snapshot refers to',
    'would keep 2 objects, 30.0 KB: of live snapshots',
    'would keep 1 object, 7 B: of no known backup or restore: check them yourself',
  ];

  it('prints what the sweep would delete, with sizes and reasons', async () => {
    const { run, operations } = await serveOperations();
    const printed = [...lines, 'nothing was deleted: this is only a plan', ''];
    expect(await run('sweep', '--plan')).toEqual({ code: 0, stdout: printed.join('\n'), stderr: '' });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith({});
  });

  it('plans for a single table with --table', async () => {
    const { run, operations } = await serveOperations();
    const { stdout } = await run('sweep', '--plan', '--table', 'Music', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      Folders: [{ TableName: 'Music' }],
      Delete: [{ Bytes: 1500 }],
    });
    expect(operations.planSweep).toHaveBeenCalledExactlyOnceWith({ table: 'Music' });
  });

  it('exits with 1 if the sweep could not plan a folder', async () => {
    const trouble = { folder: 'tables/9', trouble: 'SnapshotCorrupt: a manifest' };
    const { run } = await serveOperations({ planSweep: async () => ({ folders: [trouble] }) });
    expect(await run('sweep', '--plan')).toMatchObject({
      code: 1,
      stdout: 'would delete nothing in tables/9: SnapshotCorrupt: a manifest\nthere is nothing to delete\n',
    });
  });

  it('adds up the folders, and prints how many objects the answer does not list', async () => {
    const { delete: deletions, totals } = planned.plan;
    const folder = {
      ...planned,
      plan: {
        delete: Array.from({ length: 6000 }, () => deletions[0]),
        forget: [],
        totals: { ...totals, 'unreferenced-run': { objects: 6000, bytes: 9_000_000 } },
        unknown: [],
      },
    };
    const { run } = await serveOperations({ planSweep: async () => ({ folders: [folder, folder] }) });
    const { stdout } = await run('sweep', '--plan');
    expect(stdout).toContain('\nand 2,000 more objects\n');
    expect(stdout).toContain('\nwould delete 12,000 objects, 18.0 MB: ');
  });

  it('calls nothing without --plan, and exits with 2', async () => {
    const { run, operations } = await serveOperations();
    const { code, stderr } = await run('sweep');
    expect(code).toBe(2);
    expect(stderr).toContain('tidemark: sweep needs --plan');
    expect(operations.planSweep).not.toHaveBeenCalled();
  });
});
