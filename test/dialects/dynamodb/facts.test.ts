import { describe, expect, test } from 'vitest';
import type { BackupRecord, TableDescription } from '../../../lambda/model/records.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import type { Operations } from '../../../lambda/operations/operations.ts';
import {
  answerTo,
  arn,
  available,
  creating,
  fakeOperations,
  restoring,
  tableArn,
  throwingOperations,
  wasCalled,
} from './fakes.ts';

/*
 * Facts of the real service, one in each row, as probes found them in October 2026. A test fails if Tidemark's answer
 * differs. Facts of ARNs and of restores that need a catalog are in `test/operations/database/facts.test.ts`.
 */

const model = 'com.amazonaws.dynamodb.v20120810#';
const validation = 'com.amazon.coral.validate#ValidationException';
const long = 'x'.repeat(256);

/** A request that the service refuses before it looks for any table or backup. */
type Refused = readonly [fact: string, operation: string, body: object, message: string];

const violation = (text: string) => `1 validation error detected: ${text}`;
const mustHave = (value: string, member: string, demand: string) =>
  violation(`Value ${value} at '${member}' failed to satisfy constraint: Member must ${demand}`);
const latest = { TargetTableName: 'Copy', UseLatestRestorableTime: true };
const recovery = (specification: object) => ({
  TableName: 'Music',
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, ...specification },
});
const shortName = 'have length greater than or equal to 3';

const refused: Refused[] = [
  [
    'Transport: a violated constraint is named with the value and the member',
    'CreateBackup',
    { TableName: 'Music', BackupName: 'x' },
    mustHave("'x'", 'backupName', shortName),
  ],
  [
    'Transport: a missing member is null without quotes',
    'CreateBackup',
    { TableName: 'Music' },
    mustHave('null', 'backupName', 'not be null'),
  ],
  [
    'Transport: violations are counted and joined',
    'CreateBackup',
    {},
    "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null; " +
      "Value null at 'backupName' failed to satisfy constraint: Member must not be null",
  ],
  [
    'Transport: an empty target of a restore from a backup has a text of its own',
    'RestoreTableFromBackup',
    { TargetTableName: '', BackupArn: arn },
    'TableName must be at least 3 characters long and at most 255 characters long',
  ],
  [
    'Transport: throughput names writes before reads',
    'RestoreTableFromBackup',
    {
      TargetTableName: 'Copy',
      BackupArn: arn,
      ProvisionedThroughputOverride: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    },
    "2 validation errors detected: Value '0' at 'provisionedThroughputOverride.writeCapacityUnits' failed to satisfy " +
      "constraint: Member must have value greater than or equal to 1; Value '0' at " +
      "'provisionedThroughputOverride.readCapacityUnits' failed to satisfy constraint: " +
      'Member must have value greater than or equal to 1',
  ],
  [
    'Transport: an empty backup name violates the pattern first, then the length',
    'CreateBackup',
    { TableName: 'Music', BackupName: '' },
    "2 validation errors detected: Value '' at 'backupName' failed to satisfy constraint: Member must satisfy regular " +
      "expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'backupName' failed to satisfy constraint: Member must have " +
      'length greater than or equal to 3',
  ],
  [
    'Transport: an empty table name of DescribeTable violates the length first, then the pattern',
    'DescribeTable',
    { TableName: '' },
    "2 validation errors detected: Value '' at 'tableName' failed to satisfy constraint: Member must have length " +
      "greater than or equal to 3; Value '' at 'tableName' failed to satisfy constraint: Member must satisfy regular " +
      'expression pattern: [a-zA-Z0-9_.-]+',
  ],
  [
    'Names and ARNs: a backup name has at most 255 characters',
    'CreateBackup',
    { TableName: 'Music', BackupName: long },
    mustHave(`'${long}'`, 'backupName', 'have length less than or equal to 255'),
  ],
  [
    'Names and ARNs: a target name has at least 3 characters',
    'RestoreTableFromBackup',
    { TargetTableName: 'ab', BackupArn: arn },
    mustHave("'ab'", 'targetTableName', shortName),
  ],
  [
    'Names and ARNs: a limit is at least 1',
    'ListBackups',
    { Limit: 0 },
    mustHave("'0'", 'limit', 'have value greater than or equal to 1'),
  ],
  [
    'Names and ARNs: a limit is at most 100',
    'ListBackups',
    { Limit: 101 },
    mustHave("'101'", 'limit', 'have value less than or equal to 100'),
  ],
  [
    'Names and ARNs: a backup type is one of four',
    'ListBackups',
    { BackupType: 'OWN' },
    mustHave("'OWN'", 'backupType', 'satisfy enum value set: [USER, SYSTEM, AWS_BACKUP, ALL]'),
  ],
  [
    'Names and ARNs: an empty backup ARN violates no length',
    'DescribeBackup',
    { BackupArn: '' },
    'Invalid Backup ARN',
  ],
  [
    'Names and ARNs: a table ARN is no backup ARN',
    'DeleteBackup',
    { BackupArn: tableArn },
    'Invalid Backup ARN',
  ],
  [
    'Names and ARNs: a backup ARN of another service is not valid',
    'DescribeBackup',
    { BackupArn: arn.replace(':dynamodb:', ':s3:') },
    'Invalid Request: BackupArn is not valid',
  ],
  [
    'ListBackups: the lower bound must not be above the upper one',
    'ListBackups',
    { TimeRangeLowerBound: 2, TimeRangeUpperBound: 1 },
    'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
  ],
  [
    'RestoreTableToPointInTime: both sources',
    'RestoreTableToPointInTime',
    { ...latest, SourceTableName: 'Music', SourceTableArn: tableArn },
    'Must provide exactly one of: sourceTableArn, sourceTableName',
  ],
  [
    'RestoreTableToPointInTime: no source',
    'RestoreTableToPointInTime',
    latest,
    "The parameter 'TableName' is required but was not present in the request",
  ],
  [
    'RestoreTableToPointInTime: both times',
    'RestoreTableToPointInTime',
    { ...latest, SourceTableName: 'Music', RestoreDateTime: 1 },
    'Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time restore request. ' +
      'Please specify either RestoreDateTime time or UseLatestRestorableTime',
  ],
  ...[{}, { UseLatestRestorableTime: false }].map((times): Refused => [
    `RestoreTableToPointInTime: no time: ${JSON.stringify(times)}`,
    'RestoreTableToPointInTime',
    { TargetTableName: 'Copy', SourceTableName: 'Music', ...times },
    'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both',
  ]),
  [
    'RestoreTableToPointInTime: a source ARN that is none',
    'RestoreTableToPointInTime',
    { ...latest, SourceTableArn: 'arn:aws:dynamodb:eu-west-1:123456789012:nothing' },
    'sourceTableArn is not a valid ARN',
  ],
  [
    'UpdateContinuousBackups: no period while disabling',
    'UpdateContinuousBackups',
    recovery({ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: 7 }),
    'Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.',
  ],
  ...([0, 36] as const).map((days): Refused => [
    `UpdateContinuousBackups: a period of ${days} days is a wrong shape, also while disabling`,
    'UpdateContinuousBackups',
    recovery({ PointInTimeRecoveryEnabled: false, RecoveryPeriodInDays: days }),
    mustHave(
      `'${days}'`,
      'pointInTimeRecoverySpecification.recoveryPeriodInDays',
      days === 0 ? 'have value greater than or equal to 1' : 'have value less than or equal to 35',
    ),
  ]),
];

describe('a request that DynamoDB refuses before it looks for a table or backup', () => {
  test.each(refused)('%s', async (_fact, operation, body, message) => {
    const operations = fakeOperations();
    expect(await answerTo(operations, operation, body)).toEqual({
      status: 400,
      answer: { __type: validation, message },
    });
    expect(wasCalled(operations)).toBe(false);
  });

  test('Transport: at most 10 violations are reported', async () => {
    const index = { IndexName: '', KeySchema: [], Projection: null };
    const GlobalSecondaryIndexOverride = [index, index, index];
    const body = { TargetTableName: 'Copy', BackupArn: arn, GlobalSecondaryIndexOverride };
    const { answer } = await answerTo(fakeOperations(), 'RestoreTableFromBackup', body);
    expect(answer).toHaveProperty('message', expect.stringMatching(/^10 validation errors detected: /));
  });
});

/** How an operation renders an error that its work found. */
type Rendered = readonly [
  fact: string,
  code: ErrorCode,
  operation: string,
  body: object,
  type: string,
  message: string,
];

const toCopy = { TargetTableName: 'Copy', BackupArn: arn };
const toTime = { ...latest, SourceTableName: 'Music' };

const rendered: Rendered[] = [
  ...(
    [
      ['CreateBackup', { TableName: 'Music', BackupName: 'nightly' }],
      ['DescribeContinuousBackups', { TableName: 'Music' }],
      ['UpdateContinuousBackups', recovery({})],
      ['RestoreTableToPointInTime', toTime],
    ] as const
  ).map(([operation, body]): Rendered => [
    `${operation}: a missing table is TableNotFoundException`,
    'TableNotFound',
    operation,
    body,
    'TableNotFoundException',
    'Table not found: Music',
  ]),
  [
    'RestoreTableToPointInTime: a missing table that is named by ARN has the bare text',
    'TableNotFound',
    'RestoreTableToPointInTime',
    { ...latest, SourceTableArn: tableArn },
    'TableNotFoundException',
    'Table not found',
  ],
  [
    'While the target is CREATING: a table that nobody has made is ResourceNotFoundException of DescribeTable',
    'TableNotFound',
    'DescribeTable',
    { TableName: 'Music' },
    'ResourceNotFoundException',
    'Requested resource not found: Table: Music not found',
  ],
  ...(['DescribeBackup', 'DeleteBackup', 'RestoreTableFromBackup'] as const).map((operation): Rendered => [
    `${operation}: an unknown or deleted backup`,
    'BackupNotFound',
    operation,
    toCopy,
    'BackupNotFoundException',
    `Backup not found: ${arn}`,
  ]),
  [
    'RestoreTableFromBackup: the target exists, in any state',
    'TableAlreadyExists',
    'RestoreTableFromBackup',
    toCopy,
    'TableAlreadyExistsException',
    'Table already exists: Copy',
  ],
  [
    'RestoreTableToPointInTime: recovery is off',
    'PointInTimeRecoveryUnavailable',
    'RestoreTableToPointInTime',
    toTime,
    'PointInTimeRecoveryUnavailableException',
    "Point in time recovery is not enabled for table 'Music'",
  ],
];

describe('an error that DynamoDB also reports', () => {
  test.each(rendered)('%s', async (_fact, code, operation, body, type, message) => {
    const operations = throwingOperations(new TidemarkError(code, 'its own words'));
    expect(await answerTo(operations, operation, body)).toEqual({
      status: 400,
      answer: { __type: `${model}${type}`, message },
    });
  });
});

/** A backup, and how DescribeBackup describes it. */
async function describeBackup(record: BackupRecord, BackupArn = arn) {
  const operations = fakeOperations({ describeBackup: async () => record });
  const { answer } = await answerTo(operations, 'DescribeBackup', { BackupArn });
  return answer as { BackupDescription: Record<string, object> };
}

const withDescription = (more: Partial<TableDescription>): BackupRecord => ({
  ...available,
  description: { ...creating.description, ...more },
});

describe('DescribeBackup answers as DynamoDB does:', () => {
  test('a plain table has no features', async () => {
    const { BackupDescription } = await describeBackup(withDescription({}));
    expect(BackupDescription['SourceTableFeatureDetails']).toEqual({});
  });

  test.each([
    ['a stream', { stream: { StreamEnabled: false } }],
    ['time to live', { timeToLive: { TimeToLiveStatus: 'DISABLED' } }],
    ['encryption', { sse: { Status: 'DISABLED' } }],
  ] as const)('%s that is switched off is no feature', async (_feature, description) => {
    const { BackupDescription } = await describeBackup(withDescription(description));
    expect(BackupDescription['SourceTableFeatureDetails']).toEqual({});
  });

  test('a stream, time to live, encryption and indexes are features if they are enabled', async () => {
    const { BackupDescription } = await describeBackup(available);
    expect(Object.keys(BackupDescription['SourceTableFeatureDetails'] ?? {}).toSorted()).toEqual([
      'GlobalSecondaryIndexes',
      'LocalSecondaryIndexes',
      'SSEDescription',
      'StreamDescription',
      'TimeToLiveDescription',
    ]);
  });

  test('no member shows table class and deletion protection', async () => {
    const described = await describeBackup(
      withDescription({ tableClass: 'STANDARD_INFREQUENT_ACCESS', deletionProtection: true }),
    );
    expect(JSON.stringify(described)).not.toMatch(/INFREQUENT|DeletionProtection|TableClass/);
  });

  test('an on-demand table has a provisioned throughput of 0 and 0, and an on-demand maximum only if it was set', async () => {
    const { BackupDescription } = await describeBackup(withDescription({}));
    expect(BackupDescription['SourceTableDetails']).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
    });
    expect(BackupDescription['SourceTableDetails']).not.toHaveProperty('OnDemandThroughput');
  });

  test('the answer repeats the request’s ARN, even if its region is another', async () => {
    const elsewhere = arn.replace('eu-west-1', 'us-east-1');
    const { BackupDescription } = await describeBackup(available, elsewhere);
    expect(BackupDescription).toMatchObject({
      BackupDetails: { BackupArn: elsewhere },
      SourceTableDetails: { TableArn: tableArn },
    });
    const { answer } = await answerTo(fakeOperations(), 'DeleteBackup', { BackupArn: elsewhere });
    expect(answer).toMatchObject({
      BackupDescription: { BackupDetails: { BackupArn: elsewhere, BackupStatus: 'DELETED' } },
    });
  });

  test('a backup without an expiry has no member for it, and has the type USER', async () => {
    const { BackupDescription } = await describeBackup(available);
    expect(BackupDescription['BackupDetails']).toMatchObject({ BackupType: 'USER' });
    expect(BackupDescription['BackupDetails']).not.toHaveProperty('BackupExpiryDateTime');
  });

  test('the creation time is the same in every answer, in milliseconds', async () => {
    const time = available.marker / 1000;
    const operations = fakeOperations({ createBackup: async () => creating });
    const create = { TableName: 'Music', BackupName: 'nightly' };
    expect((await answerTo(operations, 'CreateBackup', create)).answer).toMatchObject({
      BackupDetails: { BackupCreationDateTime: time, BackupStatus: 'CREATING', BackupSizeBytes: 0 },
    });
    expect((await answerTo(operations, 'ListBackups', {})).answer).toMatchObject({
      BackupSummaries: [{ BackupCreationDateTime: time, TableName: 'Music', TableArn: tableArn }],
    });
    expect((await describeBackup(available)).BackupDescription).toMatchObject({
      BackupDetails: { BackupCreationDateTime: time },
    });
  });
});

describe('a restore answers as DynamoDB does:', () => {
  test('the new table is CREATING, with a summary and without a stream, and its global indexes have no status', async () => {
    const { stream: _dropped, ...description } = restoring.description;
    const restore = { ...restoring, description };
    const operations: Partial<Operations> = { restoreTable: async () => ({ restore }) };
    const { answer } = await answerTo(fakeOperations(operations), 'RestoreTableFromBackup', toCopy);
    const { TableDescription } = answer as { TableDescription: Record<string, object> };
    expect(TableDescription).toMatchObject({
      TableStatus: 'CREATING',
      RestoreSummary: {
        SourceBackupArn: arn,
        SourceTableArn: tableArn,
        RestoreDateTime: available.marker / 1000,
        RestoreInProgress: true,
      },
      GlobalSecondaryIndexes: [{ IndexName: 'ByYear' }],
    });
    expect(TableDescription).not.toHaveProperty('LatestStreamArn');
    expect(JSON.stringify(TableDescription)).not.toContain('IndexStatus');
  });
});

describe('recovery is described as by DynamoDB:', () => {
  const describeRecovery = async (given: Awaited<ReturnType<Operations['describeContinuousBackups']>>) => {
    const operations = fakeOperations({ describeContinuousBackups: async () => given });
    const { answer } = await answerTo(operations, 'DescribeContinuousBackups', { TableName: 'Music' });
    return answer;
  };

  test('continuous backups are ENABLED even while recovery is DISABLED, which has no other member then', async () => {
    expect(await describeRecovery({ enabled: false })).toEqual({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
      },
    });
  });

  test.each([
    [5_000_000, 9_000_000, 5000, 9000],
    [5_000_001, 9_000_999, 5000, 9000],
    [5_000_001, 5_000_001, 5000, 5000],
  ])('times are whole seconds from the first answer on: %i to %i ms', async (earliest, last, from, to) => {
    const given = { enabled: true, recoveryPeriodInDays: 35, earliest, latest: last };
    expect(await describeRecovery(given)).toEqual({
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: 35,
          EarliestRestorableDateTime: from,
          LatestRestorableDateTime: to,
        },
      },
    });
  });
});
