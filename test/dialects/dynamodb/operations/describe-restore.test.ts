import { describe, expect, test } from 'vitest';
import { TidemarkError } from '../../../../lambda/runtime/errors.ts';
import { answerTo, arn, failed, fakeOperations, restoring, tableArn, throwingOperations } from '../fakes.ts';

describe('DescribeRestore', () => {
  test('returns why a restore failed, and the fate of its table', async () => {
    const operations = fakeOperations();
    const body = { TargetTableName: 'Music-lost', RestoreId: failed.id };
    expect(await answerTo(operations, 'DescribeRestore', body)).toEqual({
      status: 200,
      answer: {
        Restore: {
          RestoreId: failed.id,
          RestoreStatus: 'FAILED',
          Reason: expect.stringContaining('WritesRefused: throttled; table Music-lost was kept'),
          TargetTableName: 'Music-lost',
          TargetTableId: failed.targetTableId,
          TargetFate: 'KEPT',
          VerifyTarget: false,
          SourceTableName: 'Music',
          SourceTableArn: tableArn,
          BackupArn: arn,
          ContentDateTime: 1576616366.715,
          RequestDateTime: 1576616400.001,
          EndDateTime: 1576616500,
        },
      },
    });
    expect(operations.describeRestore).toHaveBeenCalledExactlyOnceWith({
      target: 'Music-lost',
      id: failed.id,
    });
  });

  test('returns a running restore to a point in time without a backup and without an end time', async () => {
    const restore = { ...restoring, pointInTime: true, way: 'writes', why: 'small' } as const;
    const operations = fakeOperations({ describeRestore: async () => restore });
    const { answer } = await answerTo(operations, 'DescribeRestore', { TargetTableName: 'Music-copy' });
    expect(operations.describeRestore).toHaveBeenCalledExactlyOnceWith({ target: 'Music-copy' });
    expect(answer).toMatchObject({
      Restore: { RestoreStatus: 'RESTORING', Choice: { Way: 'WRITES', Why: 'small' } },
    });
    for (const absent of ['BackupArn', 'EndDateTime', 'TargetFate', 'Reason'])
      expect(answer).not.toHaveProperty(`Restore.${absent}`);
  });

  test('answers RestoreNotFoundException, and names the restore that exists instead', async () => {
    const operations = throwingOperations(new TidemarkError('RestoreNotFound', 'its own words'));
    expect(await answerTo(operations, 'DescribeRestore', { TargetTableName: 'Copy' })).toEqual({
      status: 400,
      answer: {
        __type: 'com.amazonaws.dynamodb.v20120810#RestoreNotFoundException',
        message: 'its own words',
      },
    });
  });

  test('rejects a malformed restore id', async () => {
    const body = { TargetTableName: 'Copy', RestoreId: arn };
    expect(await answerTo(fakeOperations(), 'DescribeRestore', body)).toMatchObject({
      status: 400,
      answer: { message: 'Invalid Request: RestoreId is not the id of a restore' },
    });
  });
});
