import { describe, expect, test } from 'vitest';
import { answerTo, arn, available, fakeOperations, verified } from '../fakes.ts';

const backup = { table: 'Music', id: available.id, arn };
const cost = { ReadBytes: 4096, ReadRequests: 3 };

describe('VerifyBackup', () => {
  test('returns how much was read, and no problems for a sound backup', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'VerifyBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { Frames: 5, Items: 7, Problems: [], ProblemCount: 0, Progress: 1, ...cost },
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup });
  });

  test('returns problems with their places, and where the next page begins', async () => {
    const operations = fakeOperations({
      verifyBackup: async () => ({
        ...verified,
        problems: [
          { object: 'tables/t/runs/a.zst', offset: 0, problem: 'the checksum is wrong' },
          { object: 'tables/t/runs/b.zst', problem: 'is missing' },
        ],
        problemCount: 12,
        progress: 0.5,
        next: '8',
      }),
    });
    const body = { BackupArn: arn, Share: 0.1, NextToken: '4' };
    expect((await answerTo(operations, 'VerifyBackup', body)).answer).toEqual({
      Frames: 5,
      Items: 7,
      Problems: [
        { Object: 'tables/t/runs/a.zst', Offset: 0, Problem: 'the checksum is wrong' },
        { Object: 'tables/t/runs/b.zst', Problem: 'is missing' },
      ],
      ProblemCount: 12,
      Progress: 0.5,
      NextToken: '8',
      ...cost,
    });
    expect(operations.verifyBackup).toHaveBeenCalledExactlyOnceWith({ backup, share: 0.1, next: '4' });
  });
});
