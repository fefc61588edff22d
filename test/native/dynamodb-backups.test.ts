import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SimulatedDynamodb, startSimulatedDynamodb } from '../support/native/simulated-dynamodb.ts';

let simulated: SimulatedDynamodb;
beforeEach(async () => {
  simulated = await startSimulatedDynamodb(2);
});
afterEach(() => simulated.close());

const arn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music/backup/01576616366715-b4e58d3a';
const other = arn.replace('b4e58d3a', '0c1d2e3f');
const name = '01576616366000-00000000';
const model = 'com.amazonaws.dynamodb.v20120810#';
const errorOf = (type: string) => ({
  status: 400,
  body: { __type: `${model}${type}`, message: 'why it is so' },
});
const broken = { status: 500, body: { __type: `${model}InternalServerError`, message: 'broken' } };

describe('creating DynamoDB’s own backup', () => {
  test('requests a backup of the given name and returns its ARN', async () => {
    simulated.answer = { status: 200, body: { BackupDetails: { BackupArn: arn, BackupName: name } } };
    expect(await simulated.backups.create('Music', name)).toBe(arn);
    expect(simulated.requests).toEqual([
      { operation: 'CreateBackup', body: { TableName: 'Music', BackupName: name } },
    ]);
  });

  test('sends at most one request, because a request without an answer may have succeeded', async () => {
    simulated.answer = broken;
    await expect(simulated.backups.create('Music', name)).rejects.toMatchObject({
      name: 'InternalServerError',
    });
    expect(simulated.requests).toHaveLength(1);
  });
});

describe('finding DynamoDB’s own backups', () => {
  test('returns the backups with a name that were created since a time, from all pages', async () => {
    const summary = (BackupArn: string, BackupName = name) => ({ BackupArn, BackupName });
    simulated.answer = (_operation, { ExclusiveStartBackupArn: after }) => ({
      status: 200,
      body:
        after === undefined
          ? { BackupSummaries: [summary('x', 'another'), summary(arn)], LastEvaluatedBackupArn: arn }
          : { BackupSummaries: [summary(other)] },
    });
    expect(await simulated.backups.find('Music', name, 1_576_616_366_000)).toEqual([arn, other]);
    const expected = { TableName: 'Music', TimeRangeLowerBound: 1_576_616_366 };
    expect(simulated.requests.map(({ body }) => body)).toEqual([
      expected,
      { ...expected, ExclusiveStartBackupArn: arn },
    ]);
  });
});

describe('the description of DynamoDB’s own backup', () => {
  const describeWith = (BackupStatus: string) => ({
    BackupDescription: {
      BackupDetails: { BackupArn: arn, BackupStatus, BackupSizeBytes: 1900 },
      SourceTableDetails: { TableId: 'the-table', ItemCount: 7 },
    },
  });

  test.each(['CREATING', 'AVAILABLE'])('is described with its status and figures: %s', async (status) => {
    simulated.answer = { status: 200, body: describeWith(status) };
    expect(await simulated.backups.describe(arn)).toEqual({
      status,
      tableId: 'the-table',
      items: 7,
      bytes: 1900,
    });
  });

  test('is undefined if the backup is deleted or missing', async () => {
    simulated.answer = { status: 200, body: describeWith('DELETED') };
    expect(await simulated.backups.describe(arn)).toBeUndefined();
    simulated.answer = errorOf('BackupNotFoundException');
    expect(await simulated.backups.describe(arn)).toBeUndefined();
  });
});

describe('deleting DynamoDB’s own backup', () => {
  test('succeeds for a backup that is already gone', async () => {
    await simulated.backups.delete(arn);
    simulated.answer = errorOf('BackupNotFoundException');
    await simulated.backups.delete(arn);
    const expected = { operation: 'DeleteBackup', body: { BackupArn: arn } };
    expect(simulated.requests).toEqual([expected, expected]);
  });
});

describe('restoring DynamoDB’s own backup', () => {
  const request = { arn, target: 'Copy', overrides: {} };

  test('invokes the function that may restore, with overrides under DynamoDB’s names', async () => {
    simulated.answer = {
      status: 200,
      body: { TableDescription: { TableName: 'Copy', CreationDateTime: 1.5 } },
    };
    const overrides = { billingMode: 'PAY_PER_REQUEST', globalSecondaryIndexes: [] } as const;
    const restored = await simulated.backups.restore({ ...request, overrides, requestedBy: 'ada' });
    expect(restored).toEqual({ TableName: 'Copy', CreationDateTime: new Date(1500) });
    expect(simulated.requests).toEqual([
      {
        operation: 'RestoreTableFromBackup',
        body: {
          BackupArn: arn,
          TargetTableName: 'Copy',
          BillingModeOverride: 'PAY_PER_REQUEST',
          GlobalSecondaryIndexOverride: [],
        },
      },
    ]);
    expect(simulated.requestedBy).toEqual(['ada']);
  });

  test('rejects settings that DynamoDB cannot keep, and requests nothing', async () => {
    const restoring = simulated.backups.restore({ ...request, overrides: { keep: ['stream'] } });
    await expect(restoring).rejects.toMatchObject({
      code: 'Validation',
      message: expect.stringContaining('cannot keep: stream'),
    });
    expect(simulated.requests).toEqual([]);
  });
});

describe('an error of DynamoDB', () => {
  test.each([
    ['TableNotFoundException', 'TableNotFound'],
    ['TableInUseException', 'TableInUse'],
    ['BackupInUseException', 'BackupInUse'],
    ['ContinuousBackupsUnavailableException', 'ContinuousBackupsUnavailable'],
    ['LimitExceededException', 'LimitExceeded'],
  ])('%s is thrown with its text and the code %s', async (type, code) => {
    simulated.answer = errorOf(type);
    const expected = { code, message: 'why it is so' };
    await expect(simulated.backups.create('Music', name)).rejects.toMatchObject(expected);
    expect(simulated.requests).toHaveLength(1);
    await expect(simulated.backups.restore({ arn, target: 'Copy', overrides: {} })).rejects.toMatchObject(
      expected,
    );
  });
});
