import { describe, expect, test } from 'vitest';
import { handle } from '../../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { answerTo, arn, fakeOperations, post, tableArn } from '../fakes.ts';

describe('CreateBackup', () => {
  test('returns the details of the new backup, byte for byte', async () => {
    const request = post('CreateBackup', '{"TableName":"Music","BackupName":"nightly"}');
    const answer = await handle(fakeOperations(), request, silentLog);
    expect(answer.body).toBe(
      `{"BackupDetails":{"BackupArn":"${arn}","BackupName":"nightly","BackupSizeBytes":0,` +
        '"BackupStatus":"CREATING","BackupType":"USER","BackupCreationDateTime":1576616366.715}}',
    );
  });

  test.each([
    ['Music', { table: 'Music' }],
    [tableArn, { table: 'Music', tableArn }],
  ])('accepts the table as %s', async (TableName, reference) => {
    const operations = fakeOperations();
    await answerTo(operations, 'CreateBackup', { TableName, BackupName: 'nightly' });
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({ ...reference, name: 'nightly' });
  });

  test.each([
    ['FULL', 'full'],
    ['INCREMENTAL', 'incremental'],
    ['DIFFERENTIAL', 'differential'],
  ])('passes on the kind %s', async (Kind, kind) => {
    const operations = fakeOperations();
    const body = { TableName: 'Music', BackupName: 'nightly', TidemarkOptions: { Kind } };
    expect((await answerTo(operations, 'CreateBackup', body)).status).toBe(200);
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      name: 'nightly',
      kind,
    });
  });

  test.each([{}, { Kind: null }, null])(
    'passes on no kind when the request has none: %j',
    async (TidemarkOptions) => {
      const operations = fakeOperations();
      await answerTo(operations, 'CreateBackup', {
        TableName: 'Music',
        BackupName: 'nightly',
        TidemarkOptions,
      });
      expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({ table: 'Music', name: 'nightly' });
    },
  );

  test.each([
    [true, { checksum: true }],
    [false, {}],
  ])('passes on the option for checksums: %s', async (Checksum, passed) => {
    const operations = fakeOperations();
    const body = { TableName: 'Music', BackupName: 'nightly', TidemarkOptions: { Checksum } };
    await answerTo(operations, 'CreateBackup', body);
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      name: 'nightly',
      ...passed,
    });
  });

  test('passes on a source and a comment', async () => {
    const operations = fakeOperations();
    const TidemarkOptions = { Source: 'SCAN', Comment: 'before the release' };
    await answerTo(operations, 'CreateBackup', {
      TableName: 'Music',
      BackupName: 'nightly',
      TidemarkOptions,
    });
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      name: 'nightly',
      source: 'scan',
      comment: 'before the release',
    });
  });

  test('passes on the caller, and the id that all attempts of one call have in common', async () => {
    const operations = fakeOperations();
    const request = post(
      'CreateBackup',
      { TableName: 'Music', BackupName: 'nightly' },
      { caller: 'arn:aws:iam::123456789012:user/ada', headers: { 'amz-sdk-invocation-id': 'c0ffee' } },
    );
    await handle(operations, request, silentLog);
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      name: 'nightly',
      requestedBy: 'arn:aws:iam::123456789012:user/ada',
      requestKey: 'c0ffee',
    });
  });
});
