import { describe, expect, test } from 'vitest';
import type { World } from '../scenario.ts';
import { expectError, numberedItems } from '../tables.ts';

export function defineRestoreTests(world: () => World): void {
  describe('a restore', () => {
    test('creates a table with the items, indexes and billing mode at the time of the backup', async () => {
      const { client, work, tableArn, backups } = world();
      const target = work.uniqueName('restored');
      const BackupArn = String(backups[0]);
      const { TableDescription } = await client.call('RestoreTableFromBackup', {
        TargetTableName: target,
        BackupArn,
      });
      expect(TableDescription).toMatchObject({
        TableName: target,
        TableStatus: 'CREATING',
        RestoreSummary: {
          SourceBackupArn: BackupArn,
          SourceTableArn: tableArn,
          RestoreInProgress: true,
          RestoreDateTime: expect.any(Date),
        },
      });
      await work.waitUntilActive(target);
      expect(await work.readItems(target)).toEqual(numberedItems(25, 'first'));
      const { Table } = await client.call('DescribeTable', { TableName: target });
      expect(Table).toMatchObject({
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        GlobalSecondaryIndexes: [{ IndexName: 'by-note' }],
      });
      // Streams are not restored, as with DynamoDB's own restore.
      expect(Table?.StreamSpecification?.StreamEnabled ?? false).toBe(false);
    });

    test('applies the overrides of the request', async () => {
      const { client, work, backups } = world();
      const target = work.uniqueName('overridden');
      await client.call('RestoreTableFromBackup', {
        TargetTableName: target,
        BackupArn: backups[0],
        BillingModeOverride: 'PROVISIONED',
        ProvisionedThroughputOverride: { ReadCapacityUnits: 3, WriteCapacityUnits: 4 },
        GlobalSecondaryIndexOverride: [],
      });
      await work.waitUntilActive(target);
      const { Table } = await client.call('DescribeTable', { TableName: target });
      expect(Table?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 3, WriteCapacityUnits: 4 });
      expect(Table?.GlobalSecondaryIndexes ?? []).toEqual([]);
    });

    test('makes its backup and its target in use while it runs', async () => {
      const { client, work, large } = world();
      const target = work.uniqueName('running');
      const restore = { TargetTableName: target, BackupArn: large };
      await client.call('RestoreTableFromBackup', restore);
      await Promise.all([
        expectError(
          client.call('DeleteBackup', { BackupArn: large }),
          'BackupInUseException',
          `Backup is being used to restore table: ${large}`,
        ),
        expectError(
          client.call('RestoreTableFromBackup', restore),
          'TableInUseException',
          `Table: ${target} is already being restored from backup: ${large}`,
        ),
      ]);
      await work.waitUntilActive(target);
    });
  });
}
