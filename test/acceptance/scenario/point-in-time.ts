import type { PointInTimeRecoveryDescription } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import type { World } from '../scenario.ts';
import { expectError, numberedItems } from '../tables.ts';

const yearMs = 365 * 86_400_000;

export function definePointInTimeTests(world: () => World): void {
  describe('point-in-time recovery', () => {
    let table = '';
    beforeAll(async () => {
      table = await world().work.createTable('in-time');
    });

    const recovery = async (by = world().client): Promise<PointInTimeRecoveryDescription> => {
      const { ContinuousBackupsDescription: described } = await by.call('DescribeContinuousBackups', {
        TableName: table,
      });
      expect(described?.ContinuousBackupsStatus).toBe('ENABLED');
      return described?.PointInTimeRecoveryDescription ?? {};
    };
    const enable = (PointInTimeRecoveryEnabled: boolean, RecoveryPeriodInDays?: number) =>
      world().client.call('UpdateContinuousBackups', {
        TableName: table,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled,
          ...(RecoveryPeriodInDays !== undefined && { RecoveryPeriodInDays }),
        },
      });
    /** Waits until `time` can be restored even if a client cuts it to a second, and returns the latest such time. */
    const waitUntilRestorable = (time: number): Promise<Date> => {
      const { work, helper } = world();
      work.passTime(3000);
      return work.waitUntil(async () => {
        const latest = (await recovery(helper)).LatestRestorableDateTime;
        return Number(latest) >= time + 1000 ? latest : undefined;
      });
    };

    test('is disabled at first, so that no time can be restored', async () => {
      const { client, work } = world();
      expect(await recovery()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
      await expectError(
        client.call('RestoreTableToPointInTime', {
          SourceTableName: table,
          TargetTableName: work.uniqueName('never'),
          UseLatestRestorableTime: true,
        }),
        'PointInTimeRecoveryUnavailableException',
        `Point in time recovery is not enabled for table '${table}'`,
      );
    });

    test('restores the table as it was at a given time, and as it is now', async () => {
      const { client, helper, work } = world();
      const { ContinuousBackupsDescription } = await enable(true, 7);
      expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toMatchObject({
        PointInTimeRecoveryStatus: 'ENABLED',
      });
      const { EarliestRestorableDateTime: earliest } = await work.waitUntil(async () => {
        const described = await recovery(helper);
        return described.EarliestRestorableDateTime && described;
      });
      expect(await recovery()).toMatchObject({
        PointInTimeRecoveryStatus: 'ENABLED',
        RecoveryPeriodInDays: 7,
      });

      await work.putItems(table, numberedItems(20, 'early'));
      const time = await waitUntilRestorable(Math.max(work.now(), Number(earliest)));
      await work.putItems(table, numberedItems(25, 'late'));
      await waitUntilRestorable(work.now());

      const [before, latest] = [work.uniqueName('before'), work.uniqueName('latest')];
      const { TableDescription } = await client.call('RestoreTableToPointInTime', {
        SourceTableName: table,
        TargetTableName: before,
        RestoreDateTime: time,
      });
      expect(TableDescription).toMatchObject({
        TableName: before,
        TableStatus: 'CREATING',
        RestoreSummary: { RestoreInProgress: true, RestoreDateTime: expect.any(Date) },
      });
      await client.call('RestoreTableToPointInTime', {
        SourceTableName: table,
        TargetTableName: latest,
        UseLatestRestorableTime: true,
      });
      await work.waitUntilActive(before);
      expect(await work.readItems(before)).toEqual(numberedItems(20, 'early'));
      await work.waitUntilActive(latest);
      expect(await work.readItems(latest)).toEqual(numberedItems(25, 'late'));
    });

    test('rejects a time outside its range', async () => {
      const { client, work } = world();
      await expectError(
        client.call('RestoreTableToPointInTime', {
          SourceTableName: table,
          TargetTableName: work.uniqueName('never'),
          RestoreDateTime: new Date(work.now() - yearMs),
        }),
        'InvalidRestoreTimeException',
        /^RestoreDateTime '.+' must be within EarliestRestorableDateTime '.+' and LatestRestorableDateTime '.+'$/,
      );
    });

    test('requires exactly one time and one source, and rejects a period together with disabling', async () => {
      const { client, work } = world();
      const TargetTableName = work.uniqueName('never');
      await expectError(
        client.call('RestoreTableToPointInTime', { SourceTableName: table, TargetTableName }),
        'ValidationException',
        'Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but not both',
      );
      await expectError(
        client.call('RestoreTableToPointInTime', { TargetTableName, UseLatestRestorableTime: true }),
        'ValidationException',
        "The parameter 'TableName' is required but was not present in the request",
      );
      await expectError(
        enable(false, 7),
        'ValidationException',
        'Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.',
      );
    });

    test('can be disabled again', async () => {
      await enable(false);
      expect(await recovery()).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
    });
  });
}
