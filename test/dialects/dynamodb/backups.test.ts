import { describe, expect, test } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { answerTo, arn, available, creating, fakeOperations, post, tableArn } from './fakes.ts';

const details = {
  BackupArn: arn,
  BackupName: 'nightly',
  BackupSizeBytes: 1900,
  BackupStatus: 'AVAILABLE',
  BackupType: 'USER',
  BackupCreationDateTime: 1576616366.715,
  Tidemark: {
    Kind: 'INCREMENTAL',
    Source: 'STREAM',
    Parent: '01576616300000-00000000',
    Cut: { Time: 1576616366.715 },
    Figures: {
      Items: 7,
      Bytes: 1900,
      CopiedBytes: 300,
      CopiedFiles: 2,
      CopiedRecords: 3,
      DurationsMs: { collect: 12 },
    },
    Digest: '00112233445566778899aabbccddeeff',
  },
};

const description = {
  BackupDetails: details,
  SourceTableDetails: {
    TableName: 'Music',
    TableId: '0b1c2d3e-0000-4000-8000-000000000001',
    TableArn: tableArn,
    TableSizeBytes: 2048,
    KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
    TableCreationDateTime: 1500000000.5,
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    ItemCount: 7,
    BillingMode: 'PROVISIONED',
  },
  SourceTableFeatureDetails: {
    LocalSecondaryIndexes: available.description.localSecondaryIndexes,
    GlobalSecondaryIndexes: available.description.globalSecondaryIndexes,
    StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    SSEDescription: { Status: 'ENABLED', SSEType: 'KMS', InaccessibleEncryptionDateTime: 1500000001.25 },
  },
};

describe('CreateBackup', () => {
  test('answers the details of the new backup, to the byte', async () => {
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
  ])('takes the table as %s', async (TableName, asked) => {
    const operations = fakeOperations();
    await answerTo(operations, 'CreateBackup', { TableName, BackupName: 'nightly' });
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({ ...asked, name: 'nightly' });
  });

  test.each([
    ['FULL', 'full'],
    ['INCREMENTAL', 'incremental'],
    ['DIFFERENTIAL', 'differential'],
  ])('hands on the kind %s', async (Kind, kind) => {
    const operations = fakeOperations();
    const body = { TableName: 'Music', BackupName: 'nightly', TidemarkOptions: { Kind } };
    expect((await answerTo(operations, 'CreateBackup', body)).status).toBe(200);
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      name: 'nightly',
      kind,
    });
  });

  test.each([{}, { Kind: null }, null])('no kind is none: %j', async (TidemarkOptions) => {
    const operations = fakeOperations();
    await answerTo(operations, 'CreateBackup', {
      TableName: 'Music',
      BackupName: 'nightly',
      TidemarkOptions,
    });
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith({ table: 'Music', name: 'nightly' });
  });

  test('hands on a source and a comment', async () => {
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

  test('hands on who asked, and the id by which a repeated attempt is known', async () => {
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

describe('DescribeBackup and DeleteBackup', () => {
  test('DescribeBackup answers the whole description', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'DescribeBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: { BackupDescription: description },
    });
    expect(operations.describeBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      id: available.id,
      arn,
    });
  });

  test('a plain on-demand table has no features, zero throughput and nothing of Tidemark’s', async () => {
    const operations = fakeOperations({ describeBackup: async () => creating });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.SourceTableFeatureDetails', {});
    expect(answer).toHaveProperty('BackupDescription.SourceTableDetails.BillingMode', 'PAY_PER_REQUEST');
    expect(answer).toHaveProperty('BackupDescription.SourceTableDetails.ProvisionedThroughput', {
      ReadCapacityUnits: 0,
      WriteCapacityUnits: 0,
    });
    expect(answer).not.toHaveProperty('BackupDescription.BackupDetails.Tidemark');
  });

  test('a failed backup is DELETED, with its reason', async () => {
    const failed = { ...creating, status: 'FAILED', reason: 'CutUnreachable: trimmed' } as const;
    const operations = fakeOperations({ describeBackup: async () => failed });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.BackupStatus', 'DELETED');
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.Tidemark', {
      Reason: 'CutUnreachable: trimmed',
    });
  });

  test('what was noted, who asked, and an earlier time whose content was meant', async () => {
    const record = { ...available, comment: 'before', requestedBy: 'ada', asOf: 1_576_616_300_000 };
    const operations = fakeOperations({ describeBackup: async () => record });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.Tidemark', {
      ...details.Tidemark,
      Comment: 'before',
      RequestedBy: 'ada',
      Cut: { Time: 1576616300 },
    });
  });

  test('a backup that expires says when', async () => {
    const operations = fakeOperations({
      describeBackup: async () => ({ ...creating, expiresAt: 1_600_000_000_001 }),
    });
    const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn: arn });
    expect(answer).toHaveProperty('BackupDescription.BackupDetails.BackupExpiryDateTime', 1600000000.001);
  });

  test('DeleteBackup answers the description as DELETED', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'DeleteBackup', { BackupArn: arn })).toEqual({
      status: 200,
      answer: {
        BackupDescription: { ...description, BackupDetails: { ...details, BackupStatus: 'DELETED' } },
      },
    });
    expect(operations.deleteBackup).toHaveBeenCalledExactlyOnceWith({
      table: 'Music',
      id: available.id,
      arn,
    });
  });
});

describe('ListBackups', () => {
  const { Tidemark: _added, ...common } = details;

  test('answers summaries, and where the next page begins only if there is one', async () => {
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
      { limit: 100, after: { table: 'Music', id: available.id, arn } },
    ],
    ['user backups', { BackupType: 'USER' }, { limit: 100 }],
  ])('asks for %s', async (_name, body, asked) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'ListBackups', body)).status).toBe(200);
    expect(operations.listBackups).toHaveBeenCalledExactlyOnceWith(asked);
  });

  test.each(['SYSTEM', 'AWS_BACKUP'])('there are none of type %s', async (BackupType) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'ListBackups', { BackupType })).answer).toEqual({
      BackupSummaries: [],
    });
    expect(operations.listBackups).not.toHaveBeenCalled();
  });

  test('a lower bound after the upper one is refused, equal bounds are not', async () => {
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
