import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { handle, operationOf } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import { arn, failingOperations, fakeOperations, post } from './fakes.ts';

const modelled = 'com.amazonaws.dynamodb.v20120810#';
const validation = 'com.amazon.coral.validate#ValidationException';
const serialization = 'com.amazon.coral.service#SerializationException';
const served = [
  'CreateBackup',
  'DescribeBackup',
  'ListBackups',
  'DeleteBackup',
  'RestoreTableFromBackup',
  'DescribeTable',
  'GetBackupItem',
  'CompareBackups',
  'VerifyBackup',
  'PlanSweep',
];
const valid = {
  CreateBackup: { TableName: 'Music', BackupName: 'nightly' },
  DescribeBackup: { BackupArn: arn },
  RestoreTableFromBackup: { TargetTableName: 'Copy', BackupArn: arn },
  DescribeTable: { TableName: 'Music' },
};

afterEach(() => vi.unstubAllEnvs());

describe('a request is routed by method and target', () => {
  test('GET / says that the service is healthy', async () => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    const answer = await handle(
      fakeOperations(),
      { method: 'GET', path: '/', headers: {}, body: '' },
      silentLog,
    );
    expect(answer).toMatchObject({ status: 200, body: 'healthy: dynamodb.eu-west-1.amazonaws.com ' });
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'get'])('%s is no operation', async (method) => {
    const answer = await handle(fakeOperations(), { ...post('ListBackups', {}), method }, silentLog);
    expect(answer).toMatchObject({ status: 404, body: '<UnknownOperationException/>\n' });
    // As observed of the service.
    expect(answer.headers['x-amz-crc32']).toBe('3552371480');
  });

  test.each([
    'DynamoDB_20120810.PutItem',
    'DynamoDB_20111205.CreateBackup',
    'CreateBackup',
    'DynamoDB_20120810.constructor',
    'DynamoDB_20120810.createBackup',
    '',
    undefined,
  ])('target %j is unknown', async (target) => {
    const request = post('', '{}', { headers: { 'x-amz-target': target } });
    const answer = await handle(fakeOperations(), request, silentLog);
    expect(answer).toMatchObject({
      status: 400,
      body: '{"__type":"com.amazon.coral.service#UnknownOperationException"}',
    });
    expect(operationOf(request)).toBeUndefined();
  });

  test.each(served)('%s is served', (name) => {
    expect(operationOf(post(name, {}))).toBe(name);
    expect(operationOf({ ...post(name, {}), method: 'GET' })).toBeUndefined();
  });
});

describe('every answer carries the headers that SDKs read', () => {
  test.each([post('ListBackups', {}), post('ListBackups', 'no json'), post('Nothing', {})])(
    '%#',
    async (request) => {
      const { headers, body } = await handle(fakeOperations(), request, silentLog);
      expect(headers['content-type']).toBe('application/x-amz-json-1.0');
      expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(headers['x-amz-crc32']).toBe(String(crc32(Buffer.from(body, 'utf8'))));
    },
  );
});

describe('a body of the wrong shape is a SerializationException', () => {
  test.each(['', 'x', '{', '[]', '1', 'null', '"text"', '{"TableName":}'])('%j', async (body) => {
    const answer = await handle(fakeOperations(), post('CreateBackup', body), silentLog);
    expect(answer).toMatchObject({ status: 400, body: JSON.stringify({ __type: serialization }) });
  });

  test.each([
    ['CreateBackup', { BackupName: 23 }, 'NUMBER_VALUE cannot be converted to String'],
    ['CreateBackup', { BackupName: 2.5 }, 'DECIMAL_VALUE cannot be converted to String'],
    ['CreateBackup', { BackupName: true }, 'TRUE_VALUE cannot be converted to String'],
    ['CreateBackup', { BackupName: false }, 'FALSE_VALUE cannot be converted to String'],
    ['CreateBackup', { BackupName: [] }, 'Unrecognized collection type class java.lang.String'],
    ['CreateBackup', { BackupName: {} }, 'Start of structure or map found where not expected'],
    ['ListBackups', { Limit: '5' }, 'STRING_VALUE cannot be converted to Integer'],
    ['ListBackups', { Limit: [] }, 'Unrecognized collection type class java.lang.Integer'],
    ['ListBackups', { TimeRangeLowerBound: 'x' }, 'STRING_VALUE cannot be converted to Date'],
    ['ListBackups', { TimeRangeUpperBound: [] }, 'Unrecognized collection type class java.util.Date'],
    ['RestoreTableFromBackup', { GlobalSecondaryIndexOverride: 'x' }, 'Unexpected field type'],
    [
      'RestoreTableFromBackup',
      { LocalSecondaryIndexOverride: {} },
      'Start of structure or map found where not expected',
    ],
    ['RestoreTableFromBackup', { OnDemandThroughputOverride: 1 }, 'Unexpected field type'],
    [
      'RestoreTableFromBackup',
      { SSESpecificationOverride: [] },
      'Unrecognized collection type class com.amazonaws.dynamodb.v20120810.SSESpecification',
    ],
    ['CreateBackup', { TidemarkOptions: 'FULL' }, 'Unexpected field type'],
    ['CreateBackup', { TidemarkOptions: { Kind: 1 } }, 'NUMBER_VALUE cannot be converted to String'],
    ['GetBackupItem', { Key: 'a' }, 'Unexpected field type'],
    ['GetBackupItem', { Key: [] }, 'Unrecognized collection type class java.util.Map'],
    ['VerifyBackup', { Share: '1' }, 'STRING_VALUE cannot be converted to Double'],
  ])('%s %j', async (operation, body, message) => {
    const answer = await handle(fakeOperations(), post(operation, body), silentLog);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ __type: serialization, Message: message });
  });
});

/** One violation as the service words it. */
function at(value: string, member: string, demand: string): string {
  return `Value ${value} at '${member}' failed to satisfy constraint: ${demand}`;
}

describe('a value that breaks its constraints is a ValidationException that counts every violation', () => {
  const name = 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+';

  test.each([
    [
      'CreateBackup',
      { ...valid.CreateBackup, BackupName: 'ab' },
      [at("'ab'", 'backupName', 'Member must have length greater than or equal to 3')],
    ],
    // The text and the order of its parts were observed of the service.
    [
      'CreateBackup',
      { ...valid.CreateBackup, BackupName: '' },
      [
        at("''", 'backupName', name),
        at("''", 'backupName', 'Member must have length greater than or equal to 3'),
      ],
    ],
    ['CreateBackup', { TableName: 'Music', BackupName: 'a b\n' }, [at("'a b\n'", 'backupName', name)]],
    [
      'CreateBackup',
      { TableName: 'Music', BackupName: null },
      [at('null', 'backupName', 'Member must not be null')],
    ],
    [
      'CreateBackup',
      {},
      [
        at('null', 'tableName', 'Member must not be null'),
        at('null', 'backupName', 'Member must not be null'),
      ],
    ],
    [
      'CreateBackup',
      { TableName: 't'.repeat(1025), BackupName: 'b'.repeat(256) },
      [
        at(`'${'t'.repeat(1025)}'`, 'tableName', 'Member must have length less than or equal to 1024'),
        at(`'${'b'.repeat(256)}'`, 'backupName', 'Member must have length less than or equal to 255'),
      ],
    ],
    ['ListBackups', { Limit: 0 }, [at("'0'", 'limit', 'Member must have value greater than or equal to 1')]],
    [
      'ListBackups',
      { Limit: 101 },
      [at("'101'", 'limit', 'Member must have value less than or equal to 100')],
    ],
    [
      'ListBackups',
      { BackupType: 'user' },
      [at("'user'", 'backupType', 'Member must satisfy enum value set: [USER, SYSTEM, AWS_BACKUP, ALL]')],
    ],
    [
      'CreateBackup',
      { ...valid.CreateBackup, TidemarkOptions: { Kind: 'Full' } },
      [
        at(
          "'Full'",
          'tidemarkOptions.kind',
          'Member must satisfy enum value set: [FULL, INCREMENTAL, DIFFERENTIAL]',
        ),
      ],
    ],
    ['GetBackupItem', { BackupArn: arn }, [at('null', 'key', 'Member must not be null')]],
    [
      'CompareBackups',
      { BackupArn: arn, Limit: 1001, NextToken: 't'.repeat(1025) },
      [
        at('null', 'otherBackupArn', 'Member must not be null'),
        at("'1001'", 'limit', 'Member must have value less than or equal to 1000'),
        at(`'${'t'.repeat(1025)}'`, 'nextToken', 'Member must have length less than or equal to 1024'),
      ],
    ],
    [
      'VerifyBackup',
      { BackupArn: arn, Share: 0 },
      [at("'0'", 'share', 'Member must have value greater than 0')],
    ],
    [
      'VerifyBackup',
      { BackupArn: arn, Share: 1.5 },
      [at("'1.5'", 'share', 'Member must have value less than or equal to 1')],
    ],
    [
      'RestoreTableFromBackup',
      { TargetTableName: 'a!', BillingModeOverride: '' },
      [
        at("'a!'", 'targetTableName', name),
        at("'a!'", 'targetTableName', 'Member must have length greater than or equal to 3'),
        at('null', 'backupArn', 'Member must not be null'),
        at("''", 'billingModeOverride', 'Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]'),
      ],
    ],
  ])('%s %j', async (operation, body, found) => {
    const operations = fakeOperations();
    const answer = await handle(operations, post(operation, body), silentLog);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      __type: validation,
      message: `${found.length} validation error${found.length === 1 ? '' : 's'} detected: ${found.join('; ')}`,
    });
    expect(Object.values(operations).every((each) => each.mock.calls.length === 0)).toBe(true);
  });

  test('members that the API does not have are ignored', async () => {
    const answer = await handle(
      fakeOperations(),
      post('ListBackups', { Other: [1], __proto__: 2 }),
      silentLog,
    );
    expect(answer.status).toBe(200);
  });
});

describe('an error of the operations is rendered in the words of the service', () => {
  test.each([
    ['CreateBackup', 'Validation', validation, 'its own words'],
    ['CreateBackup', 'TableNotFound', `${modelled}TableNotFoundException`, 'Table not found: Music'],
    ['CreateBackup', 'TableInUse', `${modelled}TableInUseException`, 'its own words'],
    [
      'CreateBackup',
      'ContinuousBackupsUnavailable',
      `${modelled}ContinuousBackupsUnavailableException`,
      'its own words',
    ],
    ['CreateBackup', 'LimitExceeded', `${modelled}LimitExceededException`, 'its own words'],
    ['DescribeBackup', 'BackupNotFound', `${modelled}BackupNotFoundException`, `Backup not found: ${arn}`],
    ['RestoreTableFromBackup', 'BackupInUse', `${modelled}BackupInUseException`, 'its own words'],
    ['RestoreTableFromBackup', 'BackupNotAvailable', `${modelled}BackupInUseException`, 'its own words'],
    // Nothing in this request names a TableName.
    ['RestoreTableFromBackup', 'TableNotFound', `${modelled}TableNotFoundException`, 'its own words'],
    [
      'RestoreTableFromBackup',
      'TableAlreadyExists',
      `${modelled}TableAlreadyExistsException`,
      'Table already exists: Copy',
    ],
    [
      'DescribeTable',
      'TableNotFound',
      `${modelled}ResourceNotFoundException`,
      'Requested resource not found: Table: Music not found',
    ],
  ] as const)('%s %s', async (operation, code, type, message) => {
    const answer = await handle(failingOperations(code), post(operation, valid[operation]), silentLog);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ __type: type, message });
  });

  test('AccessDenied has its Message in capitals', async () => {
    const answer = await handle(
      failingOperations('AccessDenied'),
      post('DescribeBackup', valid.DescribeBackup),
      silentLog,
    );
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: 'its own words',
    });
  });

  test('a table named by its ARN is named by its name in the answer', async () => {
    const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music';
    const answer = await handle(
      failingOperations('TableNotFound'),
      post('DescribeTable', { TableName: table }),
      silentLog,
    );
    expect(answer.body).toContain('Table: Music not found');
  });
});

describe('a fault of the service hides its detail from the caller and logs it', () => {
  test.each([
    new TidemarkError('Internal', 'the secret detail'),
    new TidemarkError('SnapshotCorrupt', 'the secret detail'),
    new Error('the secret detail'),
    'the secret detail',
  ])('%s', async (fault) => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    const operations = fakeOperations({ describeBackup: () => Promise.reject(fault) });
    const answer = await handle(operations, post('DescribeBackup', valid.DescribeBackup), log);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body)).toEqual({
      __type: `${modelled}InternalServerError`,
      message: 'Internal server error',
    });
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
    const operations = fakeOperations({ describeBackup: () => Promise.reject(fault) });
    await handle(operations, post('DescribeBackup', valid.DescribeBackup), log);
    expect(log.error.mock.lastCall?.[1]).toMatchObject({ reason: 'Internal: outer', cause: 'Error: inner' });
  });
});

describe('whatever is sent, the answer is well formed and the fault is never the dialect’s', () => {
  const name = fc.constantFrom(
    'TableName',
    'BackupName',
    'BackupArn',
    'TargetTableName',
    'Limit',
    'TimeRangeLowerBound',
    'TimeRangeUpperBound',
    'ExclusiveStartBackupArn',
    'BackupType',
    'BillingModeOverride',
    'GlobalSecondaryIndexOverride',
    'SSESpecificationOverride',
    'TidemarkOptions',
    'OtherBackupArn',
    'Key',
    'Share',
    'NextToken',
    '__proto__',
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.string(),
    fc.double(),
    fc.constantFrom('Music', 'nightly', 'USER', 'SYSTEM', arn, 1, 1e300, -1e300),
    fc.constantFrom({ pk: { S: 'a' } }, { pk: { N: 1 } }, { pk: {} }, { pk: null }, { Kind: 'FULL' }),
  );
  const body = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc.json(),
    fc.dictionary(name, value).map((members) => JSON.stringify(members)),
  );
  const target = fc.oneof(
    fc.constantFrom(...served).map((operation) => `DynamoDB_20120810.${operation}`),
    fc.string({ unit: 'binary' }),
  );

  test('for any bytes, any target and any JSON', async () => {
    const log = { ...silentLog, error: vi.fn<Log['error']>() };
    await fc.assert(
      fc.asyncProperty(target, body, async (target, body) => {
        const request = { method: 'POST', path: '/', headers: { 'x-amz-target': target }, body };
        const answer = await handle(fakeOperations(), request, log);
        expect([200, 400]).toContain(answer.status);
        const parsed: unknown = JSON.parse(answer.body);
        const type = expect.stringMatching(/^com\.amazon[\w.]*#\w+Exception$/);
        expect(parsed).toMatchObject(answer.status === 400 ? { __type: type } : {});
        expect(answer.body).not.toMatch(/\.ts:\d+/);
        expect(answer.headers['x-amz-crc32']).toBe(String(crc32(Buffer.from(answer.body, 'utf8'))));
      }),
      { numRuns: 2000 },
    );
    expect(log.error).not.toHaveBeenCalled();
  });
});
