import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { arn, tableArn, validRequests } from './fakes.ts';
import {
  atLeast,
  atMost,
  bytesOf,
  type Case,
  characters,
  long,
  longer,
  notNull,
  oneOf,
  shorter,
  validationOf,
  type Violation,
} from './violations.ts';

const kinds = oneOf('FULL, INCREMENTAL, DIFFERENTIAL');

/** Invalid names of a backup or a table, each with the violations. */
function names(operation: OperationName, member: string): Case[] {
  const at = member.charAt(0).toLowerCase() + member.slice(1);
  return [
    [operation, { [member]: null }, ['null', at, notNull]],
    [operation, { [member]: '' }, ["''", at, characters], ["''", at, longer(3)]],
    [operation, { [member]: 'ab' }, ["'ab'", at, longer(3)]],
    [operation, { [member]: 'a b c' }, ["'a b c'", at, characters]],
    [operation, { [member]: 'abc\n' }, ["'abc\n'", at, characters]],
    [operation, { [member]: 'Müsik' }, ["'Müsik'", at, characters]],
    [operation, { [member]: long(256) }, [`'${long(256)}'`, at, shorter(255)]],
  ];
}

/** Invalid names of a table in a member that also accepts an ARN. */
function sources(operation: OperationName): Case[] {
  const short = 'arn:aws:dynamodb:eu-west-1:123456789012:table/ab';
  return [
    ...names(operation, 'TableName'),
    [operation, { TableName: short }, [`'${short}'`, 'tableName', longer(3)]],
    [operation, { TableName: `${tableArn}/index/x` }, [`'${tableArn}/index/x'`, 'tableName', characters]],
  ];
}

const limit = 'limit';
const period = 'pointInTimeRecoverySpecification.recoveryPeriodInDays';
const specification = (changes: object) => ({
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, ...changes },
});

const cases: Case[] = [
  ...sources('CreateBackup'),
  ...names('CreateBackup', 'BackupName'),
  ['CreateBackup', { TidemarkOptions: { Kind: 'Full' } }, ["'Full'", 'tidemarkOptions.kind', kinds]],
  [
    'CreateBackup',
    { TidemarkOptions: { Source: '' } },
    ["''", 'tidemarkOptions.source', oneOf('EXPORT, STREAM, SCAN, NATIVE')],
  ],
  [
    'CreateBackup',
    { TidemarkOptions: { Comment: long(1025) } },
    [`'${long(1025)}'`, 'tidemarkOptions.comment', shorter(1024)],
  ],
  ['DescribeBackup', { BackupArn: null }, ['null', 'backupArn', notNull]],
  ['DeleteBackup', { BackupArn: null }, ['null', 'backupArn', notNull]],
  ['CancelBackup', { BackupArn: null }, ['null', 'backupArn', notNull]],
  ...sources('ListBackups').slice(1),
  ['ListBackups', { Limit: 0 }, ["'0'", limit, atLeast(1)]],
  ['ListBackups', { Limit: -0.5 }, ["'0'", limit, atLeast(1)]],
  ['ListBackups', { Limit: 101 }, ["'101'", limit, atMost(100)]],
  ['ListBackups', { BackupType: 'user' }, ["'user'", 'backupType', oneOf('USER, SYSTEM, AWS_BACKUP, ALL')]],
  // For an empty target the service has another message: see facts.test.ts.
  ...names('RestoreTableFromBackup', 'TargetTableName').filter(
    ([, body]) => !Object.values(body).includes(''),
  ),
  ['RestoreTableFromBackup', { BackupArn: null }, ['null', 'backupArn', notNull]],
  ...names('RestoreTableToPointInTime', 'TargetTableName'),
  ...names('RestoreTableToPointInTime', 'SourceTableName').slice(1),
  ['RestoreTableToPointInTime', { SourceTableArn: '' }, ["''", 'sourceTableArn', longer(1)]],
  [
    'RestoreTableToPointInTime',
    { SourceTableArn: long(1025) },
    [`'${long(1025)}'`, 'sourceTableArn', shorter(1024)],
  ],
  ...sources('DescribeContinuousBackups'),
  ...sources('UpdateContinuousBackups'),
  [
    'UpdateContinuousBackups',
    { PointInTimeRecoverySpecification: null },
    ['null', 'pointInTimeRecoverySpecification', notNull],
  ],
  [
    'UpdateContinuousBackups',
    { PointInTimeRecoverySpecification: {} },
    ['null', 'pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled', notNull],
  ],
  ['UpdateContinuousBackups', specification({ RecoveryPeriodInDays: 0 }), ["'0'", period, atLeast(1)]],
  ['UpdateContinuousBackups', specification({ RecoveryPeriodInDays: 36 }), ["'36'", period, atMost(35)]],
  ...sources('DescribeTable').map(([name, body, ...found]): Case => [name, body, ...found.toReversed()]),
  ['GetBackupItem', { Key: null }, ['null', 'key', notNull]],
  [
    'CompareBackups',
    { OtherBackupArn: null, Limit: 1001 },
    ['null', 'otherBackupArn', notNull],
    ["'1001'", limit, atMost(1000)],
  ],
  ['VerifyBackup', { NextToken: long(1025) }, [`'${long(1025)}'`, 'nextToken', shorter(1024)]],
  ['VerifyBackup', { Share: 0 }, ["'0'", 'share', 'Member must have value greater than 0']],
  ['VerifyBackup', { Share: 1.5 }, ["'1.5'", 'share', atMost(1)]],
  ...sources('PlanSweep').slice(1),
];

describe('a request that violates constraints', () => {
  const tried = cases.map(([operation, changes, ...found]) => [operation, changes, found] as const);
  test.each(tried)(
    'is rejected by %s with every violation before the operation runs: %j',
    async (operation, changes, found) => {
      expect(await bytesOf(operation, { ...validRequests[operation], ...changes })).toEqual({
        status: 400,
        body: validationOf(found),
        called: false,
      });
    },
  );

  test('is rejected with at most ten violations', async () => {
    const KeySchema = Array.from({ length: 11 }, () => ({ AttributeName: '', KeyType: 'HASH' }));
    const body = {
      ...validRequests.RestoreTableFromBackup,
      GlobalSecondaryIndexOverride: [{ IndexName: 'ByYear', KeySchema, Projection: {} }],
    };
    const first = Array.from({ length: 10 }, (_, i): Violation => {
      const at = `globalSecondaryIndexOverride.1.member.keySchema.${i + 1}.member.attributeName`;
      return ["''", at, longer(1)];
    });
    expect((await bytesOf('RestoreTableFromBackup', body)).body).toBe(validationOf(first));
  });

  test('is rejected with the first 32 KiB of a value of several megabytes', async () => {
    const huge = await bytesOf('CreateBackup', { TableName: long(8_000_000), BackupName: long(8_000_000) });
    const shown = `'${long(32 * 1024)}'`;
    expect(huge.body).toBe(
      validationOf([
        [shown, 'tableName', shorter(255)],
        [shown, 'backupName', shorter(255)],
      ]),
    );
  });

  test('is rejected with every missing member if it has no members', async () => {
    const missing = (...members: string[]) => members.map((member): Violation => ['null', member, notNull]);
    const required: Partial<Record<OperationName, Violation[]>> = {
      CreateBackup: missing('tableName', 'backupName'),
      DescribeBackup: missing('backupArn'),
      DeleteBackup: missing('backupArn'),
      CancelBackup: missing('backupArn'),
      RestoreTableFromBackup: missing('targetTableName', 'backupArn'),
      RestoreTableToPointInTime: missing('targetTableName'),
      DescribeContinuousBackups: missing('tableName'),
      UpdateContinuousBackups: missing('tableName', 'pointInTimeRecoverySpecification'),
      DescribeTable: missing('tableName'),
      GetBackupItem: missing('backupArn', 'key'),
      CompareBackups: missing('backupArn', 'otherBackupArn'),
      VerifyBackup: missing('backupArn'),
    };
    for (const [operation, found] of Object.entries(required)) {
      expect((await bytesOf(operation as OperationName, {})).body).toBe(validationOf(found));
    }
  });
});

describe('a request within its constraints', () => {
  test.each([
    ['CreateBackup', { TableName: 'abc', BackupName: 'a.b' }],
    ['CreateBackup', { TableName: long(255), BackupName: long(255) }],
    ['CreateBackup', { TableName: `arn:aws:dynamodb:eu-west-1:123456789012:table/${long(255)}` }],
    ['CreateBackup', { TidemarkOptions: { Comment: '' } }],
    ['CreateBackup', { TidemarkOptions: { Comment: long(1024) } }],
    ['ListBackups', { Limit: 1 }],
    ['ListBackups', { Limit: 100 }],
    ['UpdateContinuousBackups', specification({ RecoveryPeriodInDays: 1 })],
    ['UpdateContinuousBackups', specification({ RecoveryPeriodInDays: 35 })],
    [
      'RestoreTableFromBackup',
      { ProvisionedThroughputOverride: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
    ],
    [
      'RestoreTableFromBackup',
      { VectorIndexOverride: [], OnDemandThroughputOverride: { MaxReadRequestUnits: -1 } },
    ],
    ['CompareBackups', { Limit: 1000, NextToken: long(32_768) }],
    ['VerifyBackup', { Share: 1 }],
  ] as const)('of %s is accepted with values at the edges: %j', async (operation, changes) => {
    expect(await bytesOf(operation, { ...validRequests[operation], ...changes })).toMatchObject({
      status: 200,
      called: true,
    });
  });

  test('is checked first for types, then for constraints, then for the resources that its ARNs name', async () => {
    const { body: shape } = await bytesOf('DescribeBackup', { BackupArn: 1 });
    expect(shape).toContain('SerializationException');
    const many = { TargetTableName: 'a', BackupArn: tableArn };
    expect((await bytesOf('RestoreTableFromBackup', many)).body).toContain('targetTableName');
    const vectors = { TargetTableName: 'abc', BackupArn: arn, VectorIndexOverride: [{}] };
    expect((await bytesOf('RestoreTableFromBackup', { ...vectors, TargetTableName: 'a' })).body).toContain(
      'targetTableName',
    );
    expect((await bytesOf('RestoreTableFromBackup', vectors)).body).toBe(
      '{"__type":"com.amazon.coral.validate#ValidationException","message":"Invalid Request: Tidemark creates no vector indexes: VectorIndexOverride"}',
    );
  });
});
