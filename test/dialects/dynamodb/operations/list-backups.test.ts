import { describe, expect, test } from 'vitest';
import { details } from '../encoded.ts';
import { answerTo, arn, available, fakeOperations, tableArn } from '../fakes.ts';

describe('ListBackups', () => {
  const { Tidemark: _added, ...common } = details;

  test('returns summaries, and a cursor only if there is a next page', async () => {
    const summary = { TableName: 'Music', TableId: available.table.tableId, TableArn: tableArn, ...common };
    expect(await answerTo(fakeOperations(), 'ListBackups', {})).toEqual({
      status: 200,
      answer: { BackupSummaries: [summary] },
    });
    const more = fakeOperations({
      listBackups: async () => ({ backups: [available], last: { table: 'Music', id: available.id, arn } }),
    });
    expect((await answerTo(more, 'ListBackups', {})).answer).toEqual({
      BackupSummaries: [summary],
      LastEvaluatedBackupArn: arn,
    });
  });

  test.each([
    ['nothing', {}, { limit: 100 }],
    ['null', { TableName: null, Limit: null }, { limit: 100 }],
    ['a table', { TableName: 'Music', Limit: 3 }, { table: 'Music', limit: 3 }],
    ['a table by its ARN', { TableName: tableArn, Limit: 3 }, { table: 'Music', tableArn, limit: 3 }],
    ['a fraction as limit', { Limit: 2.9 }, { limit: 2 }],
    [
      'times to the millisecond',
      { TimeRangeLowerBound: 1576616366.715, TimeRangeUpperBound: 1576616366.716 },
      { limit: 100, from: 1_576_616_366_715, to: 1_576_616_366_716 },
    ],
    [
      'times that no backup can have',
      { TimeRangeLowerBound: -1e300, TimeRangeUpperBound: 1e300 },
      { limit: 100, from: 0, to: 99_999_999_999_999 },
    ],
    [
      'a cursor',
      { ExclusiveStartBackupArn: arn, BackupType: 'ALL' },
      { limit: 100, type: 'ALL', after: { table: 'Music', id: available.id, arn } },
    ],
    ['failed backups', { TidemarkOptions: { IncludeFailed: true } }, { limit: 100, includeFailed: true }],
    ['user backups', { BackupType: 'USER' }, { limit: 100, type: 'USER' }],
    ['system backups', { BackupType: 'SYSTEM' }, { limit: 100, type: 'SYSTEM' }],
    ['backups of AWS Backup', { BackupType: 'AWS_BACKUP' }, { limit: 100, type: 'AWS_BACKUP' }],
  ])('decodes a request with %s', async (_name, body, query) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'ListBackups', body)).status).toBe(200);
    expect(operations.listBackups).toHaveBeenCalledExactlyOnceWith(query);
  });

  test('rejects a lower time bound after the upper one, and accepts equal bounds', async () => {
    expect(
      await answerTo(fakeOperations(), 'ListBackups', { TimeRangeLowerBound: 5.001, TimeRangeUpperBound: 5 }),
    ).toEqual({
      status: 400,
      answer: {
        __type: 'com.amazon.coral.validate#ValidationException',
        message:
          'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
      },
    });
    expect(
      (await answerTo(fakeOperations(), 'ListBackups', { TimeRangeLowerBound: 5, TimeRangeUpperBound: 5 }))
        .status,
    ).toBe(200);
  });
});
