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

const modelled = 'com.amazonaws.dynamodb.v20120810#';
const own = 'its own words';
const restores = ['RestoreTableFromBackup', 'RestoreTableToPointInTime'] as const;
const ofTables = ['CreateBackup', 'DescribeContinuousBackups', 'UpdateContinuousBackups'] as const;
const ofBackups = ['DescribeBackup', 'DeleteBackup', 'RestoreTableFromBackup'] as const;

/** For an operation and the code of an error: the answer's `__type` and text. */
type Case = readonly [operation: OperationName, code: ErrorCode, type: string, text: string];

const cases: Case[] = [
  ...operationNames.map((name): Case => [
    name,
    'Validation',
    'com.amazon.coral.validate#ValidationException',
    own,
  ]),
  ...ofTables.map((name): Case => [
    name,
    'TableNotFound',
    `${modelled}TableNotFoundException`,
    'Table not found: Music',
  ]),
  ['CreateBackup', 'TableInUse', `${modelled}TableInUseException`, own],
  ['CreateBackup', 'ContinuousBackupsUnavailable', `${modelled}ContinuousBackupsUnavailableException`, own],
  ['CreateBackup', 'LimitExceeded', `${modelled}LimitExceededException`, own],
  ...ofBackups.map((name): Case => [
    name,
    'BackupNotFound',
    `${modelled}BackupNotFoundException`,
    `Backup not found: ${arn}`,
  ]),
  ['DeleteBackup', 'BackupInUse', `${modelled}BackupInUseException`, own],
  ['RestoreTableFromBackup', 'BackupInUse', `${modelled}BackupInUseException`, own],
  ['RestoreTableFromBackup', 'BackupNotAvailable', `${modelled}BackupInUseException`, own],
  ...restores.flatMap((name): Case[] => [
    [name, 'TableAlreadyExists', `${modelled}TableAlreadyExistsException`, 'Table already exists: Copy'],
    [name, 'TableInUse', `${modelled}TableInUseException`, own],
    [name, 'LimitExceeded', `${modelled}LimitExceededException`, own],
  ]),
  [
    'RestoreTableToPointInTime',
    'TableNotFound',
    `${modelled}SourceTableNotFoundException`,
    'Source table not found: Music',
  ],
  [
    'RestoreTableToPointInTime',
    'PointInTimeRecoveryUnavailable',
    `${modelled}PointInTimeRecoveryUnavailableException`,
    "Point in time recovery is not enabled for table 'Music'",
  ],
  ['RestoreTableToPointInTime', 'InvalidRestoreTime', `${modelled}InvalidRestoreTimeException`, own],
  [
    'UpdateContinuousBackups',
    'ContinuousBackupsUnavailable',
    `${modelled}ContinuousBackupsUnavailableException`,
    own,
  ],
  [
    'DescribeTable',
    'TableNotFound',
    `${modelled}ResourceNotFoundException`,
    'Requested resource not found: Table: Music not found',
  ],
  // Two backups, or a failed one with its reason.
  ['GetBackupItem', 'BackupNotFound', `${modelled}BackupNotFoundException`, own],
  ['CompareBackups', 'BackupNotFound', `${modelled}BackupNotFoundException`, own],
  ['VerifyBackup', 'BackupNotFound', `${modelled}BackupNotFoundException`, own],
  ['GetBackupItem', 'BackupInUse', `${modelled}BackupInUseException`, own],
];

const answerOf = (
  error: unknown,
  name: OperationName,
  body: object = validRequests[name],
  log: Log = silentLog,
) => handle(throwingOperations(error), post(name, body), log);

describe('an error of the operations is rendered in the words of the service', () => {
  test.each(cases)('%s: %s', async (name, code, __type, message) => {
    const answer = await answerOf(new TidemarkError(code, own), name);
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 400,
      body: JSON.stringify({ __type, message }),
    });
  });

  test.each(operationNames)('%s: AccessDenied has its Message in capitals', async (name) => {
    const answer = await answerOf(new TidemarkError('AccessDenied', own), name);
    expect(answer.body).toBe(
      `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"${own}"}`,
    );
  });

  test.each([
    ['CreateBackup', { TableName: tableArn, BackupName: 'nightly' }, 'Table not found: Music'],
    ['DescribeTable', { TableName: tableArn }, 'Requested resource not found: Table: Music not found'],
    [
      'RestoreTableToPointInTime',
      { SourceTableArn: tableArn, TargetTableName: 'Copy', UseLatestRestorableTime: true },
      'Source table not found: Music',
    ],
  ] as const)('%s: a table named by its ARN is named by its name', async (name, body, message) => {
    const answer = await answerOf(new TidemarkError('TableNotFound', own), name, body);
    expect(JSON.parse(answer.body)).toMatchObject({ message });
  });
});

/** As the SDK throws it. */
function serviceError(name: string, codes: readonly string[] = []): Error {
  const reasons = codes.length > 0 && { CancellationReasons: codes.map((Code) => ({ Code })) };
  return Object.assign(new Error('the secret detail'), { name, ...reasons });
}

describe('what an AWS service refused for its rate is told so that SDKs wait and try again', () => {
  test.each([
    serviceError('ThrottlingException'),
    serviceError('ProvisionedThroughputExceededException'),
    serviceError('RequestLimitExceeded'),
    serviceError('TooManyRequestsException'),
    serviceError('TransactionInProgressException'),
    serviceError('TransactionCanceledException', ['None', 'ThrottlingError']),
    serviceError('TransactionCanceledException', ['ProvisionedThroughputExceeded']),
    serviceError('TransactionCanceledException', ['TransactionConflict', 'None']),
  ])('%#', async (error) => {
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
    `{"__type":"${modelled}BackupDamagedException",` +
    '"message":"The backup is damaged: its stored content is not what was written. VerifyBackup shows where"}';

  test.each([
    ['GetBackupItem', 'SnapshotCorrupt'],
    ['GetBackupItem', 'ObjectNotFound'],
    ['CompareBackups', 'SnapshotCorrupt'],
    ['VerifyBackup', 'SnapshotCorrupt'],
  ] as const)('is named: %s, %s; and logged', async (name, code) => {
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

describe('a fault of the service hides its detail from the caller and logs it', () => {
  test.each([
    new TidemarkError('Internal', 'the secret detail'),
    new TidemarkError('SnapshotCorrupt', 'the secret detail'),
    serviceError('ResourceNotFoundException'),
    serviceError('TransactionCanceledException', ['ThrottlingError', 'ValidationError']),
    serviceError('TransactionCanceledException'),
    'the secret detail',
  ])('%s', async (fault) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const answer = await answerOf(fault, 'DescribeBackup', validRequests.DescribeBackup, log);
    expect([answer.status, answer.body]).toEqual([
      500,
      `{"__type":"${modelled}InternalServerError","message":"Internal server error"}`,
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

  test('the cause is logged too', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const fault = new TidemarkError('Internal', 'outer', { cause: new Error('inner') });
    await answerOf(fault, 'DescribeBackup', validRequests.DescribeBackup, log);
    expect(log.error.mock.lastCall?.[1]).toMatchObject({ reason: 'Internal: outer', cause: 'Error: inner' });
  });

  test('what a caller can mend is not logged', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    await handle(failingOperations('Validation'), post('ListBackups', {}), log);
    expect(log.error).not.toHaveBeenCalled();
  });
});
