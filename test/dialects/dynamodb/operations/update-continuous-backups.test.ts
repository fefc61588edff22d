import { describe, expect, test } from 'vitest';
import { bodyOf } from '../encoded.ts';
import { answerTo, fakeOperations, tableArn, wasCalled } from '../fakes.ts';

const validation = 'com.amazon.coral.validate#ValidationException';

describe('UpdateContinuousBackups', () => {
  const update = (PointInTimeRecoverySpecification: object) => ({
    TableName: tableArn,
    PointInTimeRecoverySpecification,
  });

  test.each([
    [{ PointInTimeRecoveryEnabled: true }, { enabled: true }],
    [
      { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      { enabled: true, recoveryPeriodInDays: 7 },
    ],
    [{ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: null }, { enabled: false }],
  ])('passes on the specification: %j', async (sent, specification) => {
    const operations = fakeOperations();
    const { status, answer } = await answerTo(operations, 'UpdateContinuousBackups', update(sent));
    expect(status).toBe(200);
    expect(answer).toHaveProperty(
      'ContinuousBackupsDescription.PointInTimeRecoveryDescription.RecoveryPeriodInDays',
      7,
    );
    expect(operations.updateContinuousBackups).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      tableArn,
      specification,
    });
  });

  test('rejects a period when recovery is disabled', async () => {
    const operations = fakeOperations();
    const body = update({ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: 7 });
    expect(await bodyOf(operations, 'UpdateContinuousBackups', body)).toBe(
      `{"__type":"${validation}","message":"Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."}`,
    );
    expect(wasCalled(operations)).toBe(false);
  });
});
