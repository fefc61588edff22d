import { describe, expect, test } from 'vitest';
import { expectError, expectNoFault, type Json } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

const restore = (body: Json) => wire.call('RestoreTableToPointInTime', body);
const statusIn = (json: Json) =>
  (json['ContinuousBackupsDescription'] as Json)['PointInTimeRecoveryDescription'] as Json;

describe('point-in-time recovery', () => {
  test('is disabled at first, and can be enabled and disabled repeatedly', async () => {
    const table = await wire.createTable('switch');
    const off = { PointInTimeRecoveryStatus: 'DISABLED' };
    expect(await wire.describeRecovery(table)).toEqual(off);
    for (const on of [true, true, false, false, true, false]) {
      const { json } = await wire.switchRecovery(table, on);
      expect(json['ContinuousBackupsDescription']).toMatchObject({ ContinuousBackupsStatus: 'ENABLED' });
      const expected = on ? { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 35 } : off;
      expect(statusIn(json)).toMatchObject(expected);
    }
    expect(await wire.describeRecovery(table)).toEqual(off);
  });

  test('has a period of 1 to 35 days, which stays when an invalid one is rejected', async () => {
    const table = await wire.createTable('period');
    for (const RecoveryPeriodInDays of [7, 1]) {
      await wire.switchRecovery(table, true, { RecoveryPeriodInDays });
      expect(await wire.describeRecovery(table)).toMatchObject({ RecoveryPeriodInDays });
    }
    for (const RecoveryPeriodInDays of [0, 36, -1, 1.5e9]) {
      const answer = await wire.switchRecovery(table, true, { RecoveryPeriodInDays });
      expectError(answer, 'ValidationException', /recoveryPeriodInDays/);
    }
    expectError(
      await wire.switchRecovery(table, false, { RecoveryPeriodInDays: 7 }),
      'ValidationException',
      'Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.',
    );
    const kept = { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: 1 };
    expect(await wire.describeRecovery(table)).toMatchObject(kept);
  });

  test('does not change for a request without a valid specification', async () => {
    const table = await wire.createTable('shapes');
    for (const PointInTimeRecoverySpecification of [
      null,
      {},
      { PointInTimeRecoveryEnabled: null },
      'x',
      [],
      { PointInTimeRecoveryEnabled: 'x' },
      { PointInTimeRecoveryEnabled: 1 },
    ]) {
      const body = { TableName: table, PointInTimeRecoverySpecification };
      const answer = await wire.call('UpdateContinuousBackups', body);
      expectError(answer, 'ValidationException|SerializationException');
    }
    expect(await wire.describeRecovery(table)).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  });

  test('ends with its table: a new table of the same name begins without it', async () => {
    expectError(
      await wire.switchRecovery('nowhere', true),
      'TableNotFoundException',
      'Table not found: nowhere',
    );
    const table = await wire.createRecoverableTable('reborn');
    await wire.dropTable(table);
    const described = await wire.call('DescribeContinuousBackups', { TableName: table });
    expectError(described, 'TableNotFoundException');
    await wire.createTable('reborn');
    expect(await wire.describeRecovery(table)).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  });

  test('has whole seconds as times from the start, and another earliest time and its default period when it is enabled again', async () => {
    const table = await wire.createTable('again');
    const times = async (more: Json) => {
      const { json } = await wire.switchRecovery(table, true, more);
      const { EarliestRestorableDateTime: from, LatestRestorableDateTime: to } = statusIn(json);
      expect([from, to]).toEqual([Math.floor(Number(from)), Math.floor(Number(to))]);
      expect(Number(to)).toBeGreaterThanOrEqual(Number(from));
      return Number(from);
    };
    const first = await times({ RecoveryPeriodInDays: 7 });
    wire.passSecond();
    expect(await times({})).toBe(first);
    expect(await wire.describeRecovery(table)).toMatchObject({ RecoveryPeriodInDays: 7 });
    await wire.switchRecovery(table, false);
    wire.passSecond();
    expect(await times({})).toBeGreaterThan(first);
    expect(await wire.describeRecovery(table)).toMatchObject({ RecoveryPeriodInDays: 35 });
  });

  test('is disabled for a restored table', async () => {
    const arn = await wire.backUp(await wire.createRecoverableTable('source'));
    const restored = await wire.restoreTable(arn, 'source-restored');
    expect(await wire.describeRecovery(restored)).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
  });
});

/** Each request corrects the first error of the request before it. */
test('a restore to a time is checked for shape, source, time, table, recovery, range and target in this order', async () => {
  const table = await wire.createTable('order');
  const target = { TargetTableName: table };
  const latest = { UseLatestRestorableTime: true };
  expectError(
    await restore({ SourceTableName: 'nowhere', TargetTableName: 'x' }),
    'ValidationException',
    /targetTableName/,
  );
  expectError(
    await restore({ ...target, ...latest }),
    'ValidationException',
    "The parameter 'TableName' is required but was not present in the request",
  );
  for (const more of [{}, { UseLatestRestorableTime: false }]) {
    expectError(
      await restore({ SourceTableName: table, ...target, ...more }),
      'ValidationException',
      'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both',
    );
  }
  expectError(
    await restore({ SourceTableName: table, ...target, ...latest, RestoreDateTime: 1 }),
    'ValidationException',
    /^Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set/,
  );
  expectError(
    await restore({ SourceTableName: 'nowhere', ...target, ...latest }),
    'TableNotFoundException',
    'Table not found: nowhere',
  );
  expectError(
    await restore({ SourceTableName: table, ...target, RestoreDateTime: 1 }),
    'PointInTimeRecoveryUnavailableException',
    `Point in time recovery is not enabled for table '${table}'`,
  );
  await wire.switchRecovery(table, true);
  await wire.waitUntilRestorable(table);
  for (const RestoreDateTime of [1, 0, -5, 4_000_000_000, 1e11]) {
    expectError(
      await restore({ SourceTableName: table, ...target, RestoreDateTime }),
      'InvalidRestoreTimeException',
      /^RestoreDateTime '[^']+' must be within EarliestRestorableDateTime '[-\dT:]+Z' and LatestRestorableDateTime '[-\dT:]+Z'$/,
    );
  }
  for (const RestoreDateTime of [1e300, -1e300, 1e15]) {
    const answer = await restore({ SourceTableName: table, ...target, RestoreDateTime });
    expect(answer.status).toBe(400);
    expectNoFault(answer, `RestoreDateTime ${RestoreDateTime}`);
  }
  const taken = await restore({ SourceTableName: table, ...target, ...latest });
  expectError(taken, 'TableAlreadyExistsException');
});
