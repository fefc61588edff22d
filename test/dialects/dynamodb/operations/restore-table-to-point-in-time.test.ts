import { describe, expect, test } from 'vitest';
import { handle } from '../../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { bodyOf } from '../encoded.ts';
import { answerTo, fakeOperations, post, tableArn, wasCalled } from '../fakes.ts';

const validation = 'com.amazon.coral.validate#ValidationException';

describe('RestoreTableToPointInTime', () => {
  const names = { SourceTableName: 'Music', TargetTableName: 'Copy' };
  const latest = { ...names, UseLatestRestorableTime: true };
  const request = { table: 'Music', target: 'Copy', overrides: {} };

  test.each([
    [latest, request],
    [
      { ...names, RestoreDateTime: 1576616366.715 },
      { ...request, time: 1_576_616_366_715 },
    ],
    [
      { ...names, RestoreDateTime: 0, UseLatestRestorableTime: false },
      { ...request, time: 0 },
    ],
    [
      { SourceTableArn: tableArn, TargetTableName: 'Copy', UseLatestRestorableTime: true },
      { ...request, tableArn },
    ],
    // Times beyond the range of dates are clamped; the operation decides whether a time can be restored.
    [
      { ...names, RestoreDateTime: 1e300 },
      { ...request, time: 8.64e15 },
    ],
    [
      { ...names, RestoreDateTime: -1e300 },
      { ...request, time: -8.64e15 },
    ],
  ])('passes on source, target and time: %j', async (body, wanted) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'RestoreTableToPointInTime', body)).status).toBe(200);
    expect(operations.restoreToPointInTime).toHaveBeenCalledExactlyOnceWith(wanted);
  });

  test('returns the table that will be created, with the time of its content and without a backup', async () => {
    const { answer } = await answerTo(fakeOperations(), 'RestoreTableToPointInTime', latest);
    expect(answer).toMatchObject({ TableDescription: { TableName: 'Music-copy', TableStatus: 'CREATING' } });
    expect(answer).toHaveProperty('TableDescription.RestoreSummary', {
      SourceTableArn: tableArn,
      RestoreDateTime: 1576616366.715,
      RestoreInProgress: true,
    });
  });

  test('returns DynamoDB’s own description of a table that DynamoDB restores', async () => {
    const table = { TableName: 'Copy', TableStatus: 'CREATING', CreationDateTime: new Date(1500) } as const;
    const operations = fakeOperations({ restoreToPointInTime: async () => ({ table }) });
    expect(await bodyOf(operations, 'RestoreTableToPointInTime', latest)).toBe(
      '{"TableDescription":{"TableName":"Copy","TableStatus":"CREATING","CreationDateTime":1.5}}',
    );
  });

  test('passes on overrides and the caller', async () => {
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
  const noSource = "The parameter 'TableName' is required but was not present in the request";
  const bothTimes =
    'Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. ' +
    'Please specify either RestoreDateTime time or UseLatestRestorableTime';
  const oneTime =
    'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both';

  test.each([
    [{ TargetTableName: 'Copy', UseLatestRestorableTime: true }, noSource],
    [{ ...latest, SourceTableArn: tableArn }, oneSource],
    [{ TargetTableName: 'Copy' }, noSource],
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
    [{ ...names }, oneTime],
    [{ ...names, UseLatestRestorableTime: false }, oneTime],
    [{ ...latest, RestoreDateTime: 1576616366 }, bothTimes],
    [
      { ...latest, VectorIndexOverride: [{ IndexName: 'ByMeaning' }] },
      'Invalid Request: Tidemark creates no vector indexes: VectorIndexOverride',
    ],
  ])('rejects the request %j', async (body, message) => {
    const operations = fakeOperations();
    expect(await bodyOf(operations, 'RestoreTableToPointInTime', body)).toBe(
      JSON.stringify({ __type: validation, message }),
    );
    expect(wasCalled(operations)).toBe(false);
  });
});
