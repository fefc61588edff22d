import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { arn } from '../../dialects/dynamodb/fakes.ts';
import { serveOperations } from '../../support/cli/command-line.ts';

describe('tidemark cancel', () => {
  it('cancels the backup and prints the reason on its record', async () => {
    const { run, operations } = await serveOperations();
    expect(await run('cancel', arn)).toEqual({ code: 0, stdout: 'Cancelled by ada\n', stderr: '' });
    expect(operations.cancelBackup).toHaveBeenCalledOnce();
    const { stdout } = await run('cancel', arn, '--json');
    expect(JSON.parse(stdout)).toEqual({ BackupArn: arn, Reason: 'Cancelled by ada' });
  });

  it('exits with 2 and says why a backup cannot be cancelled', async () => {
    const refusal = new TidemarkError('BackupInUse', 'Backup is being made already.');
    const { run } = await serveOperations({ cancelBackup: () => Promise.reject(refusal) });
    const { code, stdout, stderr } = await run('cancel', arn);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Backup is being made already.');
  });
});
