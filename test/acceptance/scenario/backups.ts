import type { ListBackupsInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import type { World } from '../scenario.ts';
import { expectError } from '../tables.ts';

export function defineBackupTests(world: () => World): void {
  describe('a backup', () => {
    test('is CREATING at first, then AVAILABLE, and describes its table', async () => {
      const { client, work, table, tableArn } = world();
      const before = work.now();
      const { BackupDetails } = await client.call('CreateBackup', {
        TableName: table,
        BackupName: 'described',
      });
      expect(BackupDetails).toMatchObject({
        BackupName: 'described',
        BackupStatus: 'CREATING',
        BackupType: 'USER',
        BackupSizeBytes: expect.any(Number),
      });
      const arn = String(BackupDetails?.BackupArn);
      expect(arn.slice(0, tableArn.length)).toBe(tableArn);
      expect(arn.slice(tableArn.length)).toMatch(/^\/backup\/0\d{13}-[0-9a-f]{8}$/);
      // The clocks of the two machines may differ.
      expect(Math.abs(Number(BackupDetails?.BackupCreationDateTime) - before)).toBeLessThan(60_000);

      const BackupDescription = await work.waitUntil(async () => {
        const described = await client.call('DescribeBackup', { BackupArn: arn });
        const status = described.BackupDescription?.BackupDetails?.BackupStatus;
        return status !== 'CREATING' && described.BackupDescription;
      });
      const { BackupDetails: details } = BackupDescription;
      expect(details).toMatchObject({ BackupArn: arn, BackupStatus: 'AVAILABLE' });
      expect(details?.BackupSizeBytes).toBeGreaterThan(0);
      expect(BackupDescription.SourceTableDetails).toMatchObject({
        TableName: table,
        TableArn: tableArn,
        TableId: expect.any(String),
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
        TableCreationDateTime: expect.any(Date),
      });
      expect(BackupDescription.SourceTableFeatureDetails).toMatchObject({
        GlobalSecondaryIndexes: [{ IndexName: 'by-note', Projection: { ProjectionType: 'ALL' } }],
        StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      });
      await client.call('DeleteBackup', { BackupArn: arn });
    });

    test('accepts the ARN of its table, and a name that another backup has', async () => {
      const { client, work, tableArn, backups } = world();
      const arn = await work.backUp(tableArn, 'one');
      expect(backups).not.toContain(arn);
      await client.call('DeleteBackup', { BackupArn: arn });
    });

    test('is neither found nor listed after it was deleted', async () => {
      const { client, work, table, backups } = world();
      const arn = await work.backUp(table, 'gone');
      const { BackupDescription } = await client.call('DeleteBackup', { BackupArn: arn });
      expect(BackupDescription?.BackupDetails).toMatchObject({ BackupArn: arn, BackupStatus: 'DELETED' });
      for (const operation of ['DescribeBackup', 'DeleteBackup'] as const) {
        const call = client.call(operation, { BackupArn: arn });
        await expectError(call, 'BackupNotFoundException', `Backup not found: ${arn}`);
      }
      const { BackupSummaries } = await client.call('ListBackups', { TableName: table });
      expect(BackupSummaries?.map(({ BackupArn }) => BackupArn)).toEqual(backups);
    });
  });

  describe('a list of backups', () => {
    const arns = async (input: ListBackupsInput): Promise<unknown[]> => {
      const { BackupSummaries } = await world().client.call('ListBackups', input);
      return (BackupSummaries ?? []).map(({ BackupArn }) => BackupArn);
    };

    test('has the backups of one table, by name or ARN, in the order of creation', async () => {
      const { client, table, tableArn, backups } = world();
      const { BackupSummaries } = await client.call('ListBackups', { TableName: table });
      expect(BackupSummaries).toMatchObject(
        ['one', 'two', 'three'].map((BackupName, i) => ({
          BackupName,
          BackupArn: backups[i],
          TableName: table,
          TableArn: tableArn,
          TableId: expect.any(String),
          BackupStatus: 'AVAILABLE',
          BackupType: 'USER',
          BackupCreationDateTime: expect.any(Date),
        })),
      );
      expect(await arns({ TableName: tableArn })).toEqual(backups);
      expect(await arns({ TableName: `${table}-unknown` })).toEqual([]);
    });

    test('comes in pages of at most the requested size', async () => {
      const { client, table, backups } = world();
      const first = await client.call('ListBackups', { TableName: table, Limit: 2 });
      expect(first.BackupSummaries?.map(({ BackupArn }) => BackupArn)).toEqual(backups.slice(0, 2));
      expect(first.LastEvaluatedBackupArn).toBe(backups[1]);
      const last = await client.call('ListBackups', {
        TableName: table,
        Limit: 1,
        ExclusiveStartBackupArn: first.LastEvaluatedBackupArn,
      });
      expect(last.BackupSummaries?.map(({ BackupArn }) => BackupArn)).toEqual(backups.slice(2));
      expect(last.LastEvaluatedBackupArn).toBeUndefined();
    });

    test('can be limited to a range of creation times', async () => {
      const { client, table, backups } = world();
      const { BackupSummaries } = await client.call('ListBackups', { TableName: table });
      const times = (BackupSummaries ?? []).map(({ BackupCreationDateTime }) =>
        Number(BackupCreationDateTime),
      );
      // No client changes a time of whole seconds.
      const from = new Date(Math.floor(Math.min(...times) / 1000) * 1000);
      const to = new Date((Math.floor(Math.max(...times) / 1000) + 1) * 1000);
      const bounds = { TimeRangeLowerBound: from, TimeRangeUpperBound: to };
      expect(await arns({ TableName: table, ...bounds })).toEqual(backups);
      expect(await arns({ TableName: table, TimeRangeUpperBound: from })).toEqual([]);
      expect(await arns({ TableName: table, TimeRangeLowerBound: to })).toEqual([]);
      await expectError(
        client.call('ListBackups', { TimeRangeLowerBound: to, TimeRangeUpperBound: from }),
        'ValidationException',
        'One or more parameter values were invalid: Time range lower bound must be less than or equal to upper bound',
      );
    });

    test('can be limited to one type of backup', async () => {
      const { table, backups } = world();
      expect(await arns({ TableName: table, BackupType: 'ALL' })).toEqual(backups);
      expect(await arns({ TableName: table, BackupType: 'SYSTEM' })).toEqual([]);
    });
  });
}
