import { describe, expect, test } from 'vitest';
import { answerTo, arn, failed, fakeOperations, restoring, tableArn } from '../fakes.ts';

describe('ListRestores', () => {
  test('passes on the filters, and the name of a table that is given by ARN', async () => {
    const operations = fakeOperations();
    const body = {
      TableName: tableArn,
      BackupArn: arn,
      RestoreStatus: 'FAILED',
      Limit: 7,
      NextToken: failed.id,
    };
    expect((await answerTo(operations, 'ListRestores', body)).status).toBe(200);
    expect(operations.listRestores).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      backupArn: arn,
      status: 'FAILED',
      limit: 7,
      next: failed.id,
    });
  });

  test('returns the restores of a page, newest first, and the token of the next page', async () => {
    const page = { restores: [restoring, failed], next: failed.id };
    const operations = fakeOperations({ listRestores: async () => page });
    const { answer } = await answerTo(operations, 'ListRestores', {});
    expect(operations.listRestores).toHaveBeenCalledExactlyOnceWith({ limit: 100 });
    expect(answer).toMatchObject({
      Restores: [
        { TargetTableName: 'Music-copy', RestoreStatus: 'RESTORING' },
        { TargetTableName: 'Music-lost', RestoreStatus: 'FAILED' },
      ],
      NextToken: failed.id,
    });
  });

  test('returns no token on the last page', async () => {
    const { answer } = await answerTo(fakeOperations(), 'ListRestores', {});
    expect(answer).not.toHaveProperty('NextToken');
  });

  test.each([{ Limit: 0 }, { Limit: 101 }, { RestoreStatus: 'DONE' }, { BackupArn: 'Music' }])(
    'rejects %j',
    async (body) => {
      expect((await answerTo(fakeOperations(), 'ListRestores', body)).status).toBe(400);
    },
  );
});
