import { describe, expect, test } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { answerTo, fakeOperations, post, tableArn, wasCalled } from './fakes.ts';

const validation = 'com.amazon.coral.validate#ValidationException';

/** The whole body of the answer, byte for byte. */
async function bytes(
  operations: ReturnType<typeof fakeOperations>,
  name: string,
  body: object,
): Promise<string> {
  return (await handle(operations, post(name, body), silentLog)).body;
}

describe('DescribeContinuousBackups', () => {
  test('answers the period and the times that can be restored', async () => {
    const operations = fakeOperations();
    expect(await bytes(operations, 'DescribeContinuousBackups', { TableName: tableArn })).toBe(
      '{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":' +
        '{"PointInTimeRecoveryStatus":"ENABLED","RecoveryPeriodInDays":7,' +
        '"EarliestRestorableDateTime":1576000000,"LatestRestorableDateTime":1576616366.5}}}',
    );
    expect(operations.describeContinuousBackups).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      tableArn,
    });
  });

  test('while it is off only that is said', async () => {
    const operations = fakeOperations({ describeContinuousBackups: async () => ({ enabled: false }) });
    expect(await bytes(operations, 'DescribeContinuousBackups', { TableName: 'Music' })).toBe(
      '{"ContinuousBackupsDescription":{"ContinuousBackupsStatus":"ENABLED","PointInTimeRecoveryDescription":' +
        '{"PointInTimeRecoveryStatus":"DISABLED"}}}',
    );
  });
});

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
  ])('%j', async (asked, specification) => {
    const operations = fakeOperations();
    const { status, answer } = await answerTo(operations, 'UpdateContinuousBackups', update(asked));
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

  test('a period to be switched off with is refused', async () => {
    const operations = fakeOperations();
    const asked = update({ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: 7 });
    expect(await bytes(operations, 'UpdateContinuousBackups', asked)).toBe(
      `{"__type":"${validation}","message":"Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery."}`,
    );
    expect(wasCalled(operations)).toBe(false);
  });
});

describe('RestoreTableToPointInTime', () => {
  const asked = { SourceTableName: 'Music', TargetTableName: 'Copy' };
  const latest = { ...asked, UseLatestRestorableTime: true };
  const request = { table: 'Music', target: 'Copy', overrides: {} };

  test.each([
    [latest, request],
    [
      { ...asked, RestoreDateTime: 1576616366.715 },
      { ...request, time: 1_576_616_366_715 },
    ],
    [
      { ...asked, RestoreDateTime: 0, UseLatestRestorableTime: false },
      { ...request, time: 0 },
    ],
    [
      { SourceTableArn: tableArn, TargetTableName: 'Copy', UseLatestRestorableTime: true },
      { ...request, tableArn },
    ],
    // No calendar goes so far; whether the time can be restored is said below.
    [
      { ...asked, RestoreDateTime: 1e300 },
      { ...request, time: 8.64e15 },
    ],
    [
      { ...asked, RestoreDateTime: -1e300 },
      { ...request, time: -8.64e15 },
    ],
  ])('%j', async (body, wanted) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'RestoreTableToPointInTime', body)).status).toBe(200);
    expect(operations.restoreToPointInTime).toHaveBeenCalledExactlyOnceWith(wanted);
  });

  test('answers the table to be, with the time whose content it will have, and no backup', async () => {
    const { answer } = await answerTo(fakeOperations(), 'RestoreTableToPointInTime', latest);
    expect(answer).toMatchObject({ TableDescription: { TableName: 'Music-copy', TableStatus: 'CREATING' } });
    expect(answer).toHaveProperty('TableDescription.RestoreSummary', {
      SourceTableArn: tableArn,
      RestoreDateTime: 1576616366.715,
      RestoreInProgress: true,
    });
  });

  test('answers what DynamoDB says of a table that it makes itself', async () => {
    const table = { TableName: 'Copy', TableStatus: 'CREATING', CreationDateTime: new Date(1500) } as const;
    const operations = fakeOperations({ restoreToPointInTime: async () => ({ table }) });
    expect(await bytes(operations, 'RestoreTableToPointInTime', latest)).toBe(
      '{"TableDescription":{"TableName":"Copy","TableStatus":"CREATING","CreationDateTime":1.5}}',
    );
  });

  test('hands on overrides and who asked', async () => {
    const operations = fakeOperations();
    const body = { ...latest, GlobalSecondaryIndexOverride: [], TidemarkOptions: { Keep: ['TABLE_CLASS'] } };
    await handle(operations, post('RestoreTableToPointInTime', body, { caller: 'ada' }), silentLog);
    expect(operations.restoreToPointInTime).toHaveBeenCalledExactlyOnceWith({
      ...request,
      overrides: { globalSecondaryIndexes: [], keep: ['tableClass'] },
      requestedBy: 'ada',
    });
  });

  const oneSource = 'Must provide exactly one of: sourceTableArn, sourceTableName';
  const oneTime =
    'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both';

  test.each([
    [{ TargetTableName: 'Copy', UseLatestRestorableTime: true }, oneSource],
    [{ ...latest, SourceTableArn: tableArn }, oneSource],
    [{ TargetTableName: 'Copy' }, oneSource],
    [
      { TargetTableName: 'Copy', SourceTableArn: 'Music', UseLatestRestorableTime: true },
      'sourceTableArn is not a valid ARN',
    ],
    [
      {
        TargetTableName: 'Copy',
        SourceTableArn: `${tableArn}${'x'.repeat(255)}`,
        UseLatestRestorableTime: true,
      },
      'sourceTableArn is not a valid ARN',
    ],
    [{ ...asked }, oneTime],
    [{ ...asked, UseLatestRestorableTime: false }, oneTime],
    [{ ...latest, RestoreDateTime: 1576616366 }, oneTime],
    [
      { ...latest, VectorIndexOverride: [{ IndexName: 'ByMeaning' }] },
      'Invalid Request: Tidemark creates no vector indexes: VectorIndexOverride',
    ],
  ])('%j is refused', async (body, message) => {
    const operations = fakeOperations();
    expect(await bytes(operations, 'RestoreTableToPointInTime', body)).toBe(
      JSON.stringify({ __type: validation, message }),
    );
    expect(wasCalled(operations)).toBe(false);
  });
});
