import { describe, expect, it } from 'vitest';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { arn, available, verified } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

const backup = { table: 'Music', id: available.id, arn: available.arn };

describe('tidemark verify', () => {
  it('exits with 0 if the backup is sound', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('verify', arn)).toEqual({
      code: 0,
      stdout: 'sound: 5 frames with 7 items, 4.1 KB in 3 requests\n',
      stderr: '',
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 1 });
  });

  it('reads only a sample with --share', async () => {
    const { run, operations } = await serveOperations();
    expect((await run('verify', arn, '--share', '0.1')).stdout).toContain('sound: a sample of 5 frames');
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 0.1 });
  });

  it('exits with 1 and prints each problem, its object and the next step', async () => {
    const object = 'tables/t/runs/a.zst';
    const verifyBackup: Operations['verifyBackup'] = async ({ next }) => ({
      ...verified,
      problems: [{ object, ...(next === undefined && { offset: 12 }), problem: `is wrong (${next})` }],
      problemCount: next === undefined ? 3 : 1,
      ...(next === undefined && { next: '2' }),
    });
    const { run } = await serveOperations({ verifyBackup });
    const { code, stdout } = await run('verify', arn);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^tables\/t\/runs\/a\.zst\n {2}at byte 12: is wrong \(undefined\)\n {2}is wrong \(2\)\n {2}next: put back/,
    );
    expect(stdout).toMatch(/\nand 2 more problems\n4 problems: 10 frames with 14 items, .*\n$/);
    const json = await run('verify', arn, '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      BackupArn: arn,
      Share: 1,
      Frames: 10,
      Items: 14,
      ProblemCount: 4,
      ReadBytes: 8192,
      ReadRequests: 6,
      Problems: [
        { Object: object, Offset: 12, Problem: 'is wrong (undefined)' },
        { Object: object, Problem: 'is wrong (2)' },
      ],
    });
  });

  it.each(['0', '1.1', '-1', 'half', '', 'NaN'])('refuses a share of %j', async (share) => {
    const { run } = await serveOperations();
    const { code, stderr } = await run('verify', arn, `--share=${share}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`tidemark: --share must be a number above 0 and up to 1, not ${share}\n`);
  });
});
