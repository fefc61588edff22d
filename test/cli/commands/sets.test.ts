import { describe, expect, it } from 'vitest';
import type { BackupSet } from '../../../lambda/model/sets.ts';
import { toSetId } from '../../../lambda/model/sets.ts';
import { arn, fakeOperations } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

const line = 'nightly/7: CREATING 0 %, requested 2019-12-17T20:59:26Z, 1 table';
const figures = { items: 60, bytes: 900, copiedBytes: 1500, copiedFiles: 1, copiedRecords: 60 };

async function madeSet(change: Partial<BackupSet> = {}): Promise<BackupSet> {
  const set = await fakeOperations().describeBackupSet({ name: 'nightly', id: toSetId(7) });
  return { ...set, status: 'AVAILABLE', kind: 'full', comment: 'weekly', figures, ...change };
}

describe('tidemark sets', () => {
  it('lists the sets', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('sets')).toEqual({ code: 0, stdout: `${line}\n`, stderr: '' });
    expect(await run('sets', 'list', 'nightly')).toMatchObject({ code: 0 });
    expect(operations.listBackupSets).toHaveBeenLastCalledWith({
      name: 'nightly',
      limit: 100,
      newestFirst: true,
    });
  });

  it('prints a sentence if there are none', async () => {
    const { run } = await serveOperations({ listBackupSets: async () => ({ sets: [] }) });
    expect((await run('sets')).stdout).toBe('there are no backup sets\n');
  });

  it('shows a set with its tables', async () => {
    const set = await madeSet();
    const { run } = await serveOperations({ describeBackupSet: async () => set });
    expect(await run('sets', 'show', 'nightly/7')).toEqual({
      code: 0,
      stdout: [
        'nightly/7: AVAILABLE, FULL, requested 2019-12-17T20:59:26Z, 1 table, 60 items, 1.5 KB stored, weekly',
        `  Music: CREATING, ${arn}`,
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('shows why a set lacks a table, and exits with 1', async () => {
    const members = [{ table: 'Music', status: 'FAILED' as const, reason: 'it is gone' }];
    const set = await madeSet({ status: 'FAILED', members });
    const { run } = await serveOperations({ describeBackupSet: async () => set });
    expect(await run('sets', 'show', 'nightly/7')).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('  Music: FAILED, it is gone\n'),
    });
  });

  it('requests a set with every option', async () => {
    const { run, operations } = await serveOperations();
    const options = [
      '--kind',
      'differential',
      '--comment',
      'weekly',
      '--days',
      '30',
      '--keep',
      '5',
      '--sink',
      'archive',
    ];
    const flags = ['--settings-only', '--checksum', '--recreate', '--delete-intermediates'];
    const request = ['sets', 'create', 'nightly', '--tables', 'Music,Books'];
    const { code, stdout } = await run(...request, ...options, ...flags);
    expect([code, stdout]).toEqual([0, `${line}\n  Music: CREATING, ${arn}\n`]);
    expect(operations.createBackupSet).toHaveBeenCalledExactlyOnceWith({
      name: 'nightly',
      tables: ['Music', 'Books'],
      kind: 'differential',
      source: 'settings',
      comment: 'weekly',
      sink: 'archive',
      checksum: true,
      replaces: { all: true, sinceFull: true, keepIncrementals: 5 },
      retentionDays: 30,
      requestKey: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it('waits until the set has ended', async () => {
    const set = await madeSet({ status: 'PARTIAL' });
    const { run } = await serveOperations({ describeBackupSet: async () => set });
    const { code, stdout } = await run('sets', 'create', 'nightly', '--group', 'all', '--wait', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ BackupSet: { SetStatus: 'PARTIAL' } });
  });

  it('prints the plan of a dry run', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('sets', 'create', 'nightly', '--tables', 'Music', '--dry-run')).toMatchObject({
      code: 0,
      stdout: '0 items, 0 B, under 0.01 USD to under 0.01 USD; nothing was changed\n',
    });
    expect(operations.createBackupSet).not.toHaveBeenCalled();
  });

  it('deletes a set', async () => {
    const { run, operations } = await serveOperations();
    expect((await run('sets', 'delete', 'a/b/7')).stdout).toBe('deleted a/b/7\n');
    expect(operations.deleteBackupSet).toHaveBeenCalledExactlyOnceWith({
      name: 'a/b',
      id: 7,
      requestKey: expect.any(String),
    });
  });

  it('restores the tables of a set that have a backup, or those that are named', async () => {
    const set = await madeSet();
    const members = set.members.map((member) => ({ ...member, status: 'AVAILABLE' as const }));
    const { run, operations } = await serveOperations({
      describeBackupSet: async () => ({ ...set, members }),
    });
    const { code, stdout } = await run('sets', 'restore', 'nightly/7', '--prefix', 'copy-');
    expect([code, stdout]).toEqual([0, 'Music -> Copy: RESTORING\n']);
    await run('sets', 'restore', 'nightly/7', '--prefix', 'copy-', '--tables', 'Books');
    expect(operations.restoreBackupSet.mock.calls.map(([{ targets }]) => targets)).toEqual([
      [{ table: 'Music', target: 'copy-Music' }],
      [{ table: 'Books', target: 'copy-Books' }],
    ]);
  });

  it.each([
    [['paint'], 'there is no action paint'],
    [['show'], 'a set is missing'],
    [['show', 'nightly'], 'nightly does not name a set'],
    [['show', 'nightly/0'], 'does not name a set'],
    [['create'], 'create needs the name of the set'],
    [['create', 'nightly'], 'give --tables or --group'],
    [['create', 'nightly', '--tables', 'a', '--group', 'b'], 'give --tables or --group'],
    [['create', 'nightly', '--tables', 'Music', '--days', 'week'], '--days must be a whole number'],
    [['create', 'nightly', '--tables', 'Music', '--kind', 'whole'], '--kind must be'],
    [['restore', 'nightly/7'], 'restore needs --prefix'],
  ])('exits with 2 for %j', async (args, text) => {
    const { run } = await serveOperations();
    const { code, stderr } = await run('sets', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
  });
});
