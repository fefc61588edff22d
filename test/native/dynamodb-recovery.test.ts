import { TableDescription$ } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SimulatedDynamodb, startSimulatedDynamodb } from '../support/native/simulated-dynamodb.ts';

let simulated: SimulatedDynamodb;
beforeEach(async () => {
  simulated = await startSimulatedDynamodb();
});
afterEach(() => simulated.close());

const earliest = 1_700_000_000_125;
const latest = 1_700_600_000_250;

describe('the point-in-time recovery of a table', () => {
  const enabled = {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: {
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: 7,
        EarliestRestorableDateTime: earliest / 1000,
        LatestRestorableDateTime: latest / 1000,
      },
    },
  };
  const disabled = {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'DISABLED' },
    },
  };
  const recovery = { enabled: true, recoveryPeriodInDays: 7, earliest, latest };

  test('is described as by DynamoDB', async () => {
    simulated.answer = { status: 200, body: enabled };
    expect(await simulated.continuous.describe('Music')).toEqual(recovery);
    simulated.answer = { status: 200, body: disabled };
    expect(await simulated.continuous.describe('Music')).toEqual({ enabled: false });
    const expected = { operation: 'DescribeContinuousBackups', body: { TableName: 'Music' } };
    expect(simulated.requests).toEqual([expected, expected]);
  });

  test('is changed by DynamoDB, and returned as it is after the change', async () => {
    simulated.answer = { status: 200, body: enabled };
    const specification = { enabled: true, recoveryPeriodInDays: 7 };
    expect(await simulated.continuous.update('Music', specification)).toEqual(recovery);
    simulated.answer = { status: 200, body: disabled };
    expect(await simulated.continuous.update('Music', { enabled: false })).toEqual({ enabled: false });
    expect(simulated.requests.map(({ body }) => body)).toEqual([
      {
        TableName: 'Music',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
      },
      { TableName: 'Music', PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } },
    ]);
  });
});

const request = { table: 'Music', target: 'Music-restored', overrides: {} };

describe('a restore to a point in time through the function that may restore', () => {
  test('restores the latest time if the request has no time', async () => {
    await simulated.continuous.restore(request);
    expect(simulated.requests).toEqual([
      {
        operation: 'RestoreTableToPointInTime',
        body: {
          SourceTableName: 'Music',
          TargetTableName: 'Music-restored',
          UseLatestRestorableTime: true,
        },
      },
    ]);
  });

  test('restores the requested time, with every override under DynamoDB’s name', async () => {
    const KeySchema = [{ AttributeName: 'a', KeyType: 'HASH' as const }];
    const Projection = { ProjectionType: 'ALL' as const };
    const ProvisionedThroughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };
    const OnDemandThroughput = { MaxReadRequestUnits: 3, MaxWriteRequestUnits: 4 };
    const global = { IndexName: 'g', KeySchema, Projection, ProvisionedThroughput, OnDemandThroughput };
    const local = { IndexName: 'l', KeySchema, Projection };
    await simulated.continuous.restore({
      ...request,
      time: latest,
      overrides: {
        billingMode: 'PROVISIONED',
        globalSecondaryIndexes: [global],
        localSecondaryIndexes: [local],
        provisionedThroughput: ProvisionedThroughput,
        onDemandThroughput: OnDemandThroughput,
        sse: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'key' },
        keep: [],
      },
    });
    expect(simulated.requests[0]?.body).toEqual({
      SourceTableName: 'Music',
      TargetTableName: 'Music-restored',
      RestoreDateTime: latest / 1000,
      BillingModeOverride: 'PROVISIONED',
      GlobalSecondaryIndexOverride: [global],
      LocalSecondaryIndexOverride: [local],
      ProvisionedThroughputOverride: ProvisionedThroughput,
      OnDemandThroughputOverride: OnDemandThroughput,
      SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'key' },
    });
  });

  test('passes the caller to the function, but not to DynamoDB', async () => {
    await simulated.continuous.restore({ ...request, requestedBy: 'ada' });
    await simulated.continuous.restore(request);
    expect(simulated.requestedBy).toEqual(['ada', undefined]);
    expect(simulated.requests[0]).toEqual(simulated.requests[1]);
  });

  test('passes on an empty override of indexes as an empty one', async () => {
    const overrides = { globalSecondaryIndexes: [], localSecondaryIndexes: [] };
    await simulated.continuous.restore({ ...request, overrides });
    expect(simulated.requests[0]?.body).toMatchObject({
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
    });
  });

  test('returns DynamoDB’s description, with its times as dates', async () => {
    simulated.answer = {
      status: 200,
      body: {
        TableDescription: {
          TableName: 'Music-restored',
          TableStatus: 'CREATING',
          CreationDateTime: earliest / 1000,
          RestoreSummary: { RestoreDateTime: latest / 1000, RestoreInProgress: true },
        },
      },
    };
    expect(await simulated.continuous.restore(request)).toEqual({
      table: {
        TableName: 'Music-restored',
        TableStatus: 'CREATING',
        CreationDateTime: new Date(earliest),
        RestoreSummary: { RestoreDateTime: new Date(latest), RestoreInProgress: true },
      },
    });
  });

  test('recognizes every time of a table’s description by the end of its name', () => {
    const names = timesOf(TableDescription$);
    expect(names).toEqual(
      expect.arrayContaining(['CreationDateTime', 'RestoreDateTime', 'LastIncreaseDateTime']),
    );
    for (const name of names) expect(name).toMatch(/DateTime$/);
  });

  test('rejects settings that DynamoDB cannot keep, and requests nothing', async () => {
    const overrides = { keep: ['stream', 'timeToLive'] as const };
    await expect(simulated.continuous.restore({ ...request, overrides })).rejects.toMatchObject({
      code: 'Validation',
      message: expect.stringContaining('cannot keep: stream, timeToLive'),
    });
    expect(simulated.requests).toEqual([]);
  });

  test('throws Internal if the function fails', async () => {
    simulated.failure = 'Unhandled';
    await expect(simulated.continuous.restore(request)).rejects.toMatchObject({
      code: 'Internal',
      message: expect.stringContaining('Unhandled'),
    });
  });
});

describe('an error of DynamoDB', () => {
  const calls = {
    describe: () => simulated.continuous.describe('Music'),
    update: () => simulated.continuous.update('Music', { enabled: true }),
    restore: () => simulated.continuous.restore(request),
  };
  const errors = [
    ['com.amazon.coral.validate#ValidationException', 'Validation'],
    ['com.amazon.coral.service#AccessDeniedException', 'AccessDenied'],
    ['com.amazonaws.dynamodb.v20120810#TableNotFoundException', 'TableNotFound'],
    ['com.amazonaws.dynamodb.v20120810#TableAlreadyExistsException', 'TableAlreadyExists'],
    ['com.amazonaws.dynamodb.v20120810#TableInUseException', 'TableInUse'],
    [
      'com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException',
      'ContinuousBackupsUnavailable',
    ],
    [
      'com.amazonaws.dynamodb.v20120810#PointInTimeRecoveryUnavailableException',
      'PointInTimeRecoveryUnavailable',
    ],
    ['com.amazonaws.dynamodb.v20120810#InvalidRestoreTimeException', 'InvalidRestoreTime'],
    ['com.amazonaws.dynamodb.v20120810#LimitExceededException', 'LimitExceeded'],
  ] as const;

  describe.each(['describe', 'update', 'restore'] as const)('in a call of %s', (call) => {
    test.each(errors)('%s is thrown with its text and the code %s', async (__type, code) => {
      simulated.answer = { status: 400, body: { __type, message: 'why it is so' } };
      await expect(calls[call]()).rejects.toMatchObject({ code, message: 'why it is so' });
    });

    test('is thrown unchanged if the request did not cause it', async () => {
      simulated.answer = {
        status: 500,
        body: { __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message: 'broken' },
      };
      const error = await calls[call]().catch((error: unknown) => error);
      expect(error).toMatchObject({ name: 'InternalServerError', message: 'broken' });
      expect(error).not.toHaveProperty('code');
    });
  });
});

/** Lists the names of all times in a structure of the service model, at any depth. */
function timesOf(schema: unknown, seen = new Set<unknown>()): string[] {
  if (typeof schema === 'function') return timesOf(schema(), seen);
  if (!Array.isArray(schema) || seen.has(schema)) return [];
  seen.add(schema);
  // A structure is [3, namespace, name, traits, member names, member schemas]; a list [1, namespace, name, traits, element].
  if (schema[0] !== 3) return timesOf(schema[4], seen);
  const members: string[] = schema[4];
  return members.flatMap((name, i) => (schema[5][i] === 4 ? [name] : timesOf(schema[5][i], seen)));
}
