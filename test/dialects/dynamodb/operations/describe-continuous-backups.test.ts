import { describe, expect, test } from 'vitest';
import { bodyOf } from '../encoded.ts';
import { fakeOperations, tableArn } from '../fakes.ts';

describe('DescribeContinuousBackups', () => {
  test('returns the period and the times that can be restored', async () => {
    const operations = fakeOperations();
    expect(await bodyOf(operations, 'DescribeContinuousBackups', { TableName: tableArn })).toBe(
      '{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":' +
        '{"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":7,' +
        '"EarliestRestorableDateTime":1576000000,"LatestRestorableDateTime":1576616366}}}',
    );
    expect(operations.describeContinuousBackups).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      tableArn,
    });
  });

  test('returns only the status while recovery is disabled', async () => {
    const operations = fakeOperations({ describeContinuousBackups: async () => ({ enabled: false }) });
    expect(await bodyOf(operations, 'DescribeContinuousBackups', { TableName: 'Music' })).toBe(
      '{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":' +
        '{"PointInTimeRecoveryStatus":"DISABLED"}}}',
    );
  });
});
