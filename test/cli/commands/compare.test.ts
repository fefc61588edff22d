import { describe, expect, it } from 'vitest';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { arn, compared } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

describe('tidemark compare', () => {
  /** Two pages with one difference each. */
  const compareBackups: Operations['compareBackups'] = async ({ next }) => {
    const [first, second] = compared.differences;
    return next === undefined
      ? { ...compared, counts: { added: 1, changed: 0, removed: 0 }, differences: [first], next: 'more' }
      : { ...compared, counts: { added: 0, changed: 1, removed: 0 }, differences: [second] };
  };
  const sums = { Added: 1, Changed: 1, Removed: 0, ReadBytes: 8192, ReadRequests: 6 };

  it('adds up the pages, and exits with 1 if there are differences', async () => {
    const { run } = await serveOperations({ compareBackups });
    const totals = ['2 differences: 1 added, 1 changed, 0 removed', 'read 8.2 KB in 6 requests', ''];
    expect(await run('compare', arn, arn)).toEqual({ code: 1, stdout: totals.join('\n'), stderr: '' });
    const keys = ['+ {"Artist":{"S":"Miles"}}', '~ {"Artist":{"S":"Nina"}}'];
    expect(await run('compare', arn, arn, '--keys')).toEqual({
      code: 1,
      stdout: [...keys, ...totals].join('\n'),
      stderr: '',
    });
  });

  it('prints one document with --json, and only keys with --keys', async () => {
    const { run } = await serveOperations({ compareBackups });
    const document = { BackupArn: arn, OtherBackupArn: arn, ...sums };
    expect(JSON.parse((await run('compare', arn, arn, '--json')).stdout)).toEqual(document);
    expect(JSON.parse((await run('compare', arn, arn, '--json', '--keys')).stdout)).toEqual({
      ...document,
      Differences: [
        { Change: 'ADDED', Key: { Artist: { S: 'Miles' } } },
        { Change: 'CHANGED', Key: { Artist: { S: 'Nina' } } },
      ],
    });
  });

  it('exits with 0 if there is no difference', async () => {
    const { run } = await serveOperations({
      compareBackups: async () => ({
        ...compared,
        counts: { added: 0, changed: 0, removed: 0 },
        differences: [],
      }),
    });
    const { code, stdout } = await run('compare', arn, arn);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'no difference\nread 4.1 KB in 3 requests\n' });
  });
});
