import { describe, expect, it } from 'vitest';
import { arn, failed, restoring } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

describe('tidemark restores', () => {
  const lines = [
    `Music-copy: RESTORING, requested 2019-12-17T21:00:00Z, from ${arn}`,
    `Music-lost: FAILED, requested 2019-12-17T21:00:00Z, from ${arn}`,
    '  WritesRefused: throttled; table Music-lost was kept: it is protected from deletion. Delete it yourself if you do not need it.',
    '',
  ];

  it('prints each restore with its status and source, and why it failed', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('restores')).toEqual({ code: 0, stdout: lines.join('\n'), stderr: '' });
    expect(operations.listRestores).toHaveBeenCalledExactlyOnceWith({ limit: 100 });
  });

  it('reads all pages, and sends the table and the status that its options name', async () => {
    const pages = [{ restores: [], next: failed.id }, { restores: [failed] }];
    const { run, operations } = await serveOperations({
      listRestores: async ({ next }) => pages[next === undefined ? 0 : 1] ?? { restores: [] },
    });
    const { stdout } = await run('restores', 'Music', '--failed', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      Restores: [{ TargetTableName: 'Music-lost', RestoreStatus: 'FAILED', TargetFate: 'KEPT' }],
    });
    const wanted = { table: 'Music', status: 'FAILED', limit: 100 };
    expect(operations.listRestores.mock.calls).toEqual([[wanted], [{ ...wanted, next: failed.id }]]);
  });

  it('prints the time of the content of a restore to a point in time', async () => {
    const restore = { ...restoring, pointInTime: true } as const;
    const { run } = await serveOperations({ listRestores: async () => ({ restores: [restore] }) });
    expect((await run('restores')).stdout).toContain('Z, Music as of 2019-12-17T20:59:26Z\n');
  });

  it('prints a sentence if there are no restores', async () => {
    const { run } = await serveOperations({ listRestores: async () => ({ restores: [] }) });
    expect(await run('restores')).toEqual({ code: 0, stdout: 'there are no restores\n', stderr: '' });
  });

  it('exits with 2 for two tables', async () => {
    const { run } = await serveOperations();
    const { code, stderr } = await run('restores', 'Music', 'Books');
    expect(code).toBe(2);
    expect(stderr).toContain('expected [table]');
  });
});
