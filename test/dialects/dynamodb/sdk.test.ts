import {
  BackupInUseException,
  BackupNotFoundException,
  ContinuousBackupsUnavailableException,
  CreateBackupCommand,
  DeleteBackupCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  InternalServerError,
  InvalidRestoreTimeException,
  LimitExceededException,
  ListBackupsCommand,
  PointInTimeRecoveryUnavailableException,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  RestoreTableToPointInTimeCommand,
  TableAlreadyExistsException,
  TableInUseException,
  TableNotFoundException,
  UpdateContinuousBackupsCommand,
  waitUntilTableExists,
  waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { arn, failingOperations, fakeOperations, tableArn, throwingOperations } from './fakes.ts';

/** AWS's own client, whose requests go to the dialect instead of a network. */
function clientOf(operations: Operations): DynamoDBClient {
  return new DynamoDBClient({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1:1/prod/',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ method, headers, body }: SentRequest) => {
        const signed = headers['authorization'] !== undefined;
        const request = { method, path: '/', headers, signed, body: new TextDecoder().decode(body) };
        const answer = await handle(operations, request, silentLog);
        return {
          response: { statusCode: answer.status, headers: answer.headers, body: Buffer.from(answer.body) },
        };
      },
    },
  });
}

interface SentRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

describe('AWS’s SDK', () => {
  test('decodes the answer to CreateBackup', async () => {
    const operations = fakeOperations();
    const client = clientOf(operations);
    const answer = await client.send(new CreateBackupCommand({ TableName: 'Music', BackupName: 'nightly' }));
    expect(answer.BackupDetails).toMatchObject({
      BackupArn: arn,
      BackupStatus: 'CREATING',
      BackupCreationDateTime: new Date(1_576_616_366_715),
    });
    expect(answer.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(operations.createBackup.mock.lastCall?.[0]).toHaveProperty(
      'requestKey',
      expect.stringMatching(/^.{36}$/),
    );
  });

  test('decodes the answer to DescribeBackup', async () => {
    const answer = await clientOf(fakeOperations()).send(new DescribeBackupCommand({ BackupArn: arn }));
    expect(answer.BackupDescription).toMatchObject({
      BackupDetails: { BackupStatus: 'AVAILABLE', BackupSizeBytes: 1900 },
      SourceTableDetails: { TableCreationDateTime: new Date(1_500_000_000_500), ItemCount: 7 },
      SourceTableFeatureDetails: {
        SSEDescription: { InaccessibleEncryptionDateTime: new Date(1_500_000_001_250) },
      },
    });
  });

  test('decodes the answer to ListBackups', async () => {
    const operations = fakeOperations();
    const from = new Date(1_576_616_366_715);
    const answer = await clientOf(operations).send(
      new ListBackupsCommand({ TimeRangeLowerBound: from, Limit: 5 }),
    );
    expect(answer.BackupSummaries).toHaveLength(1);
    expect(answer.LastEvaluatedBackupArn).toBeUndefined();
    expect(operations.listBackups).toHaveBeenCalledExactlyOnceWith({ from: from.getTime(), limit: 5 });
  });

  test('waits for the table of a failed restore as for any missing table, and then reports the restore’s reason', async () => {
    const failure = new TidemarkError('RestoreFailed', 'Its restore 1 failed: no luck');
    const client = clientOf(fakeOperations({ describeTable: () => Promise.reject(failure) }));
    const waiting = { client, maxWaitTime: 1, minDelay: 0.1, maxDelay: 0.2 };
    await expect(waitUntilTableExists(waiting, { TableName: 'Copy' })).rejects.toThrow('failed: no luck');
    const gone = await waitUntilTableNotExists(waiting, { TableName: 'Copy' });
    expect(gone.state).toBe('SUCCESS');
  });

  test('decodes the answer to DeleteBackup', async () => {
    const answer = await clientOf(fakeOperations()).send(new DeleteBackupCommand({ BackupArn: arn }));
    expect(answer.BackupDescription?.BackupDetails?.BackupStatus).toBe('DELETED');
  });

  test('decodes the answer to RestoreTableToPointInTime', async () => {
    const operations = fakeOperations();
    const time = new Date(1_576_616_366_715);
    const answer = await clientOf(operations).send(
      new RestoreTableToPointInTimeCommand({
        SourceTableArn: tableArn,
        TargetTableName: 'Copy',
        RestoreDateTime: time,
        BillingModeOverride: 'PAY_PER_REQUEST',
      }),
    );
    expect(answer.TableDescription?.RestoreSummary).toMatchObject({ RestoreDateTime: time });
    expect(operations.restoreToPointInTime).toHaveBeenCalledExactlyOnceWith({
      requestKey: expect.any(String),
      table: 'Music',
      tableArn,
      target: 'Copy',
      time: time.getTime(),
      overrides: { billingMode: 'PAY_PER_REQUEST' },
    });
  });

  test('decodes the answers to DescribeContinuousBackups and UpdateContinuousBackups', async () => {
    const operations = fakeOperations();
    const client = clientOf(operations);
    const wanted = {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { RecoveryPeriodInDays: 7 },
    };
    const described = await client.send(new DescribeContinuousBackupsCommand({ TableName: 'Music' }));
    expect(described.ContinuousBackupsDescription).toMatchObject(wanted);
    expect(described.ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
      LatestRestorableDateTime: new Date(1_576_616_366_000),
    });
    const updated = await client.send(
      new UpdateContinuousBackupsCommand({
        TableName: 'Music',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      }),
    );
    expect(updated.ContinuousBackupsDescription).toMatchObject(wanted);
    expect(operations.updateContinuousBackups.mock.lastCall?.[0].specification).toEqual({
      enabled: true,
      recoveryPeriodInDays: 7,
    });
  });

  test('decodes the answers to RestoreTableFromBackup and DescribeTable', async () => {
    const client = clientOf(fakeOperations());
    const restored = await client.send(
      new RestoreTableFromBackupCommand({ TargetTableName: 'Music-copy', BackupArn: arn }),
    );
    expect(restored.TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      RestoreSummary: { SourceTableArn: tableArn, RestoreDateTime: new Date(1_576_616_366_715) },
    });
    const described = await client.send(new DescribeTableCommand({ TableName: 'Music' }));
    expect(described.Table?.TableStatus).toBe('ACTIVE');
  });
});

describe('the exception class of AWS’s SDK', () => {
  const create = new CreateBackupCommand({ TableName: 'Music', BackupName: 'nightly' });
  const restore = new RestoreTableFromBackupCommand({ TargetTableName: 'Copy', BackupArn: arn });

  test.each([
    ['TableNotFound', TableNotFoundException],
    ['TableInUse', TableInUseException],
    ['ContinuousBackupsUnavailable', ContinuousBackupsUnavailableException],
    ['LimitExceeded', LimitExceededException],
    ['Internal', InternalServerError],
  ] as const)('for an error of CreateBackup: %s', async (code, exception) => {
    await expect(clientOf(failingOperations(code)).send(create)).rejects.toThrow(exception);
  });

  test.each([
    ['BackupNotFound', BackupNotFoundException],
    ['BackupInUse', BackupInUseException],
    ['BackupNotAvailable', BackupInUseException],
    ['TableAlreadyExists', TableAlreadyExistsException],
  ] as const)('for an error of RestoreTableFromBackup: %s', async (code, exception) => {
    await expect(clientOf(failingOperations(code)).send(restore)).rejects.toThrow(exception);
  });

  test.each([
    ['PointInTimeRecoveryUnavailable', PointInTimeRecoveryUnavailableException],
    ['InvalidRestoreTime', InvalidRestoreTimeException],
    ['TableAlreadyExists', TableAlreadyExistsException],
  ] as const)('for an error of RestoreTableToPointInTime: %s', async (code, exception) => {
    const command = new RestoreTableToPointInTimeCommand({
      SourceTableName: 'Music',
      TargetTableName: 'Copy',
      UseLatestRestorableTime: true,
    });
    await expect(clientOf(failingOperations(code)).send(command)).rejects.toThrow(exception);
  });

  test('is thrown for throttling, after retries', async () => {
    const throttled = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    const thrown: unknown = await clientOf(throwingOperations(throttled))
      .send(create)
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
  });

  test('is thrown by DescribeTable for a missing table: TableNotFound', async () => {
    const command = new DescribeTableCommand({ TableName: 'Music' });
    await expect(clientOf(failingOperations('TableNotFound')).send(command)).rejects.toThrow(
      ResourceNotFoundException,
    );
  });

  test.each([
    ['Validation', 'ValidationException'],
    ['AccessDenied', 'AccessDeniedException'],
  ] as const)('with name and message for an error that its model does not have: %s', async (code, name) => {
    const thrown: unknown = await clientOf(failingOperations(code))
      .send(create)
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(DynamoDBServiceException);
    expect(thrown).toMatchObject({ name, message: 'its own words' });
  });
});
