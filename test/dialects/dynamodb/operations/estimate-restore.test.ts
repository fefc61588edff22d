import { describe, expect, test } from 'vitest';
import { estimate } from '../encoded.ts';
import { answerTo, arn, available, failingOperations, fakeOperations } from '../fakes.ts';

const backup = { table: 'Music', id: available.id, arn };

describe('EstimateRestore', () => {
  test('returns the estimate of both ways, rounded to the digits that are certain', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'EstimateRestore', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { Estimate: estimate },
    });
    expect(operations.estimateRestore).toHaveBeenCalledExactlyOnceWith(backup);
  });

  test('fails like a restore for a backup that is not available yet', async () => {
    const answers = await Promise.all(
      ['EstimateRestore', 'RestoreTableFromBackup'].map((name) =>
        answerTo(failingOperations('BackupNotAvailable'), name, {
          BackupArn: arn,
          TargetTableName: 'Music-copy',
        }),
      ),
    );
    expect(answers[0]).toHaveProperty(
      'answer.__type',
      'com.amazonaws.dynamodb.v20120810#BackupInUseException',
    );
    expect(answers[0]).toEqual(answers[1]);
  });
});
