import { describe, expect, test } from 'vitest';
import { answerTo, arn, available, compared, fakeOperations, tableArn } from '../fakes.ts';

const backup = { table: 'Music', id: available.id, arn };
const otherArn = `${tableArn}/backup/01576616366999-00000001`;
const Key = { Artist: { S: 'Nina' } };
const cost = { ReadBytes: 4096, ReadRequests: 3 };

describe('CompareBackups', () => {
  const whole = {
    Added: 1,
    Changed: 1,
    Removed: 0,
    Differences: [
      { Change: 'ADDED', Key: { Artist: { S: 'Miles' } } },
      { Change: 'CHANGED', Key },
    ],
    Progress: 1,
    ...cost,
  };

  test('returns counts and keys of the differences, from the first backup to the second', async () => {
    const operations = fakeOperations();
    expect(
      await answerTo(operations, 'CompareBackups', { BackupArn: arn, OtherBackupArn: otherArn }),
    ).toEqual({
      status: 200,
      answer: whole,
    });
    expect(operations.compareBackups).toHaveBeenCalledExactlyOnceWith({
      from: backup,
      to: { table: 'Music', id: '01576616366999-00000001', arn: otherArn },
    });
  });

  test('continues where the previous page ended', async () => {
    const operations = fakeOperations({
      compareBackups: async () => ({ ...compared, progress: 0.25, next: 'there' }),
    });
    const body = { BackupArn: arn, OtherBackupArn: arn, Limit: 5, NextToken: 'here' };
    expect((await answerTo(operations, 'CompareBackups', body)).answer).toEqual({
      ...whole,
      Progress: 0.25,
      NextToken: 'there',
    });
    expect(operations.compareBackups).toHaveBeenCalledExactlyOnceWith({
      from: backup,
      to: backup,
      limit: 5,
      next: 'here',
    });
  });
});
