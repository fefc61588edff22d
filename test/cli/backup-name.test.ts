import { describe, expect, it } from 'vitest';
import { arn, creating, tableArn } from '../dialects/dynamodb/fakes.ts';
import { over } from '../support/cli/support.ts';

describe('a backup may be named', () => {
  const named = (id: string, status: 'AVAILABLE' | 'CREATING') => ({
    ...creating,
    id: id as typeof creating.id,
    arn: `${tableArn}/backup/${id}`,
    status,
  });
  const old = named('01576616366715-b4e58d3a', 'AVAILABLE');
  const twin = named('01576616366715-00000001', 'AVAILABLE');
  const newest = named('01576616366999-00000002', 'AVAILABLE');
  const unfinished = named('01576616367000-00000003', 'CREATING');

  it('by its table: the last that is AVAILABLE, over all pages', async () => {
    const { run, operations } = await over({
      listBackups: async ({ after }) =>
        after === undefined
          ? { backups: [old], last: { table: 'Music', id: old.id, arn: old.arn } }
          : { backups: [newest, unfinished] },
    });
    expect((await run('verify', 'Music:latest')).code).toBe(0);
    expect(operations.verifyBackup.mock.lastCall?.[0].backup).toMatchObject({
      table: 'Music',
      id: newest.id,
    });
  });

  it('by its table and id', async () => {
    const { run, operations } = await over({ listBackups: async () => ({ backups: [twin, old] }) });
    expect((await run('verify', `Music/${old.id}`)).code).toBe(0);
    expect(operations.verifyBackup.mock.lastCall?.[0].backup).toMatchObject({ table: 'Music', id: old.id });
    expect(operations.listBackups).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      limit: 100,
      from: 1_576_616_366_715,
      to: 1_576_616_366_716,
    });
  });

  it.each([
    ['Music:latest', 'table Music has no backup that is AVAILABLE'],
    [`Music/${old.id}`, `table Music has no backup ${old.id}`],
  ])('%s: there may be none', async (name, message) => {
    const { run } = await over({ listBackups: async () => ({ backups: [unfinished] }) });
    const { code, stderr } = await run('verify', name);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `tidemark: ${message}\n  next: see which backups there are: aws dynamodb list-backups\n`,
    });
  });

  it('in no other way', async () => {
    const { run } = await over();
    const { code, stderr } = await run('compare', arn, 'Music/newest');
    expect(code).toBe(2);
    expect(stderr).toContain('tidemark: not the name of a backup: Music/newest\n\nUsage: tidemark compare');
  });
});
