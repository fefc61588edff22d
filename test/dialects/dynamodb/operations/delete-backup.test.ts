import { describe, expect, test } from 'vitest';
import { description, details } from '../encoded.ts';
import { handle } from '../../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { answerTo, arn, available, fakeOperations, post } from '../fakes.ts';

describe('DeleteBackup', () => {
  test('returns the description as DELETED', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'DeleteBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: {
        BackupDescription: { ...description, BackupDetails: { ...details, BackupStatus: 'DELETED' } },
      },
    });
    expect(operations.deleteBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      id: available.id,
      arn,
    });
  });

  test('passes on the caller, whom the record then names', async () => {
    const operations = fakeOperations();
    const caller = 'arn:aws:iam::123456789012:user/ada';
    await handle(operations, { ...post('DeleteBackup', { BackupArn: arn }), caller }, silentLog);
    expect(operations.deleteBackup.mock.lastCall?.[0]).toMatchObject({ requestedBy: caller });
  });
});
