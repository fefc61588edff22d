import { describe, expect, it } from 'vitest';
import { arn, creating, tableArn } from '../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../support/cli/command-line.ts';

describe('the operand <backup>', () => {
  const backupOf = (id: string, status: 'AVAILABLE' | 'CREATING') => ({
    ...creating,
    id: id as typeof creating.id,
    arn: `${tableArn}/backup/${id}`,
    status,
  });
  const old = backupOf('01576616366715-b4e58d3a', 'AVAILABLE');
  const twin = backupOf('01576616366715-00000001', 'AVAILABLE');
  const newest = backupOf('01576616366999-00000002', 'AVAILABLE');
  const unfinished = backupOf('01576616367000-00000003', 'CREATING');

  it('means the newest AVAILABLE backup of all pages if it ends in :latest', async () => {
    const { run, operations } = await serveOperations({
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

  it('means a backup by its table and id', async () => {
    const { run, operations } = await serveOperations({
      listBackups: async () => ({ backups: [twin, old] }),
    });
    expect((await run('verify', `Music/${old.id}`)).code).toBe(0);
    expect(operations.verifyBackup.mock.lastCall?.[0].backup).toMatchObject({ table: 'Music', id: old.id });
    expect(operations.listBackups).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      limit: 100,
      from: 1_576_616_366_715,
      to: 1_576_616_366_716,
      includeFailed: true,
    });
  });

  it.each([
    ['Music:latest', 'table Music has no AVAILABLE backup'],
    [`Music/${old.id}`, `table Music has no backup ${old.id}`],
  ])('is refused with an error when no backup is %s', async (name, message) => {
    const { run } = await serveOperations({ listBackups: async () => ({ backups: [unfinished] }) });
    const { code, stderr } = await run('verify', name);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `tidemark: ${message}\n  next: list the backups: aws dynamodb list-backups\n`,
    });
  });

  it('is refused with the usage in any other form', async () => {
    const { run } = await serveOperations();
    const { code, stderr } = await run('compare', arn, 'Music/newest');
    expect(code).toBe(2);
    expect(stderr).toContain('tidemark: Music/newest does not name a backup\n\nUsage: tidemark compare');
  });
});
