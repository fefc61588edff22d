import { describe, expect, test } from 'vitest';
import { description, details } from '../encoded.ts';
import { answerTo, arn, available, fakeOperations } from '../fakes.ts';

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
});
