import { describe, expect, test, vi } from 'vitest';
import type { OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import {
  arn,
  failingOperations,
  operationNames,
  post,
  tableArn,
  throwingOperations,
  validRequests,
} from './fakes.ts';

const model = 'com.amazonaws.dynamodb.v20120810#';
const own = 'its own words';
const restores = ['RestoreTableFromBackup', 'RestoreTableToPointInTime'] as const;
const tableOperations = ['CreateBackup', 'DescribeContinuousBackups', 'UpdateContinuousBackups'] as const;
const backupOperations = ['DescribeBackup', 'DeleteBackup', 'RestoreTableFromBackup'] as const;

/** The `__type` and the message with which an operation answers an error of this code. */
type Case = readonly [operation: OperationName, code: ErrorCode, type: string, text: string];

const cases: Case[] = [
  ...operationNames.map((name): Case => [
    name,
    'Validation',
    'com.amazon.coral.validate#ValidationException',
    own,
  ]),
  ...tableOperations.map((name): Case => [
    name,
    'TableNotFound',
    `${model}TableNotFoundException`,
    'Table not found: Music',
  ]),
  ['CreateBackup', 'TableInUse', `${model}TableInUseException`, own],
  ['CreateBackup', 'ContinuousBackupsUnavailable', `${model}ContinuousBackupsUnavailableException`, own],
  ['CreateBackup', 'LimitExceeded', `${model}LimitExceededException`, own],
  ...backupOperations.map((name): Case => [
    name,
    'BackupNotFound',
    `${model}BackupNotFoundException`,
    `Backup not found: ${arn}`,
  ]),
  ['DeleteBackup', 'BackupInUse', `${model}BackupInUseException`, own],
  ['RestoreTableFromBackup', 'BackupInUse', `${model}BackupInUseException`, own],
  ['RestoreTableFromBackup', 'BackupNotAvailable', `${model}BackupInUseException`, own],
  ...restores.flatMap((name): Case[] => [
    [name, 'TableAlreadyExists', `${model}TableAlreadyExistsException`, 'Table already exists: Copy'],
    [name, 'TableInUse', `${model}TableInUseException`, own],
    [name, 'LimitExceeded', `${model}LimitExceededException`, own],
  ]),
  ['RestoreTableToPointInTime', 'TableNotFound', `${model}TableNotFoundException`, 'Table not found: Music'],
  [
    'RestoreTableToPointInTime',
    'PointInTimeRecoveryUnavailable',
    `${model}PointInTimeRecoveryUnavailableException`,
    "Point in time recovery is not enabled for table 'Music'",
  ],
  ['RestoreTableToPointInTime', 'InvalidRestoreTime', `${model}InvalidRestoreTimeException`, own],
  [
    'UpdateContinuousBackups',
    'ContinuousBackupsUnavailable',
    `${model}ContinuousBackupsUnavailableException`,
    own,
  ],
  [
    'DescribeTable',
    'TableNotFound',
    `${model}ResourceNotFoundException`,
    'Requested resource not found: Table: Music not found',
  ],
  [
    'DescribeTable',
    'RestoreFailed',
    `${model}ResourceNotFoundException`,
    `Requested resource not found: Table: Music not found. ${own}`,
  ],
  // These keep the error's own message, which names one of two backups, or has the reason of a failed backup.
  ['GetBackupItem', 'BackupNotFound', `${model}BackupNotFoundException`, own],
  ['CompareBackups', 'BackupNotFound', `${model}BackupNotFoundException`, own],
  ['VerifyBackup', 'BackupNotFound', `${model}BackupNotFoundException`, own],
  ['GetBackupItem', 'BackupInUse', `${model}BackupInUseException`, own],
];

const answerOf = (
  error: unknown,
  name: OperationName,
  body: object = validRequests[name],
  log: Log = silentLog,
) => handle(throwingOperations(error), post(name, body), log);

describe('an error of an operation is rendered with the service’s messages', () => {
  test.each(cases)(
    '%s renders %s with the type and the message of DynamoDB',
    async (name, code, __type, message) => {
      const answer = await answerOf(new TidemarkError(code, own), name);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 400,
        body: JSON.stringify({ __type, message }),
      });
    },
  );

  test.each(operationNames)(
    '%s renders AccessDenied with a member Message instead of message',
    async (name) => {
      const answer = await answerOf(new TidemarkError('AccessDenied', own), name);
      expect(answer.body).toBe(
        `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"${own}"}`,
      );
    },
  );

  test.each([
    ['CreateBackup', { TableName: tableArn, BackupName: 'nightly' }, 'Table not found: Music'],
    ['DescribeTable', { TableName: tableArn }, 'Requested resource not found: Table: Music not found'],
  ] as const)(
    '%s reports a missing table by its name even if the request has its ARN',
    async (name, body, message) => {
      const answer = await answerOf(new TidemarkError('TableNotFound', own), name, body);
      expect(JSON.parse(answer.body)).toMatchObject({ message });
    },
  );
});

/** An error as the SDK throws it. */
function serviceError(name: string, codes: readonly string[] = []): Error {
  const reasons = codes.length > 0 && { CancellationReasons: codes.map((Code) => ({ Code })) };
  return Object.assign(new Error('the secret detail'), { name, ...reasons });
}

describe('a call that an AWS service throttled', () => {
  test.each([
    serviceError('ThrottlingException'),
    serviceError('ProvisionedThroughputExceededException'),
    serviceError('RequestLimitExceeded'),
    serviceError('TooManyRequestsException'),
    serviceError('TransactionInProgressException'),
    serviceError('TransactionCanceledException', ['None', 'ThrottlingError']),
    serviceError('TransactionCanceledException', ['ProvisionedThroughputExceeded']),
    serviceError('TransactionCanceledException', ['TransactionConflict', 'None']),
  ])('gets a ThrottlingException, so that SDKs wait and retry: case %#', async (error) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const { status, body } = await answerOf(error, 'CreateBackup', validRequests.CreateBackup, log);
    expect(status).toBe(400);
    expect(body).toBe(
      '{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}',
    );
    expect(log.error).toHaveBeenCalledOnce();
  });
});

describe('a damaged backup', () => {
  const damaged =
    `{"__type":"${model}BackupDamagedException",` +
    '"message":"The backup is damaged: its stored content has changed since it was written. VerifyBackup shows where"}';

  test.each([
    ['GetBackupItem', 'SnapshotCorrupt'],
    ['GetBackupItem', 'ObjectNotFound'],
    ['CompareBackups', 'SnapshotCorrupt'],
    ['VerifyBackup', 'SnapshotCorrupt'],
  ] as const)('is answered with BackupDamagedException by %s for %s, and logged', async (name, code) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const answer = await answerOf(
      new TidemarkError(code, 'runs/a.zst: checksum'),
      name,
      validRequests[name],
      log,
    );
    expect([answer.status, answer.body]).toEqual([400, damaged]);
    expect(log.error.mock.lastCall?.[1]).toMatchObject({ reason: `${code}: runs/a.zst: checksum` });
  });
});

describe('an internal error', () => {
  test.each([
    new TidemarkError('Internal', 'the secret detail'),
    new TidemarkError('SnapshotCorrupt', 'the secret detail'),
    serviceError('ResourceNotFoundException'),
    serviceError('TransactionCanceledException', ['ThrottlingError', 'ValidationError']),
    serviceError('TransactionCanceledException'),
    'the secret detail',
  ])('gets a 500 that hides its detail, which is logged: %s', async (fault) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const answer = await answerOf(fault, 'DescribeBackup', validRequests.DescribeBackup, log);
    expect([answer.status, answer.body]).toEqual([
      500,
      `{"__type":"${model}InternalServerError","message":"Internal server error"}`,
    ]);
    expect(log.error).toHaveBeenCalledExactlyOnceWith(
      'request failed',
      expect.objectContaining({
        operation: 'DescribeBackup',
        requestId: answer.headers['x-amzn-requestid'],
        reason: expect.stringContaining('the secret detail'),
      }),
    );
  });

  test('is logged with its cause', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const fault = new TidemarkError('Internal', 'outer', { cause: new Error('inner') });
    await answerOf(fault, 'DescribeBackup', validRequests.DescribeBackup, log);
    expect(log.error.mock.lastCall?.[1]).toMatchObject({ reason: 'Internal: outer', cause: 'Error: inner' });
  });
});

test('an error that the caller can correct is not logged', async () => {
  const log = { ...silentLog, error: vi.fn<Log['error']>() };
  await handle(failingOperations('Validation'), post('ListBackups', {}), log);
  expect(log.error).not.toHaveBeenCalled();
});

describe('an operation that reads the content of backups', () => {
  const otherArn = `${tableArn}/backup/01576616366999-00000001`;

  test.each([
    ['GetBackupItem', { BackupArn: arn, Key: { Artist: { S: 'Nina' } } }],
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: otherArn }],
    ['VerifyBackup', { BackupArn: arn }],
  ] as const)(
    '%s answers BackupNotFound with the error’s message, not with one made from the request',
    async (name, body) => {
      const answer = await answerOf(
        new TidemarkError('BackupNotFound', `Backup not found: ${otherArn}`),
        name,
        body,
      );
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 400,
        body: JSON.stringify({
          __type: `${model}BackupNotFoundException`,
          message: `Backup not found: ${otherArn}`,
        }),
      });
    },
  );
});
