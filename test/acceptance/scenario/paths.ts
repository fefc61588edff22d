import { describe, expect, test } from 'vitest';
import { ServiceError } from '../client.ts';
import type { World } from '../scenario.ts';

/** Defines tests of a client whose endpoint is the path of a verb and a table. */
export function definePathTests(world: () => World): void {
  describe('a client whose endpoint is a path', () => {
    test('/backup/{table} makes and describes backups of the table', async () => {
      const { client, table, work } = world();
      const path = `/backup/${table}`;
      const created = await client.call('CreateBackup', { TableName: table, BackupName: 'by-path' }, path);
      const BackupArn = String(created.BackupDetails?.BackupArn);
      const described = await client.call('DescribeBackup', { BackupArn }, path);
      expect(described.BackupDescription?.BackupDetails?.BackupName).toBe('by-path');
      await work.waitUntilAvailable(BackupArn);

      const deleted = client.call('DeleteBackup', { BackupArn }, path);
      await expectDenied(deleted, 'DeleteBackup is not served at /backup/{table}');
      await client.call('DeleteBackup', { BackupArn }, `/delete/${table}`);
    });

    test('/restore/{table}/{target} restores the table into the target and into no other', async () => {
      const { client, table, backups, work } = world();
      const target = work.uniqueName('by-path');
      const path = `/restore/${table}/${target}`;
      const restore = { BackupArn: backups[0], TargetTableName: target };
      const other = client.call('RestoreTableFromBackup', { ...restore, TargetTableName: table }, path);
      await expectDenied(other, 'TargetTableName is not of the target of the path');
      const encrypted = { ...restore, SSESpecificationOverride: { Enabled: false } };
      await expectDenied(client.call('RestoreTableFromBackup', encrypted, path), 'needs a right of its own');
      await client.call('RestoreTableFromBackup', restore, path);
      await work.waitUntilActive(target);
      const { Table } = await client.call('DescribeTable', { TableName: target }, path);
      expect(Table?.TableStatus).toBe('ACTIVE');
    });

    test('/read/{table} lists the backups of the table and of no other', async () => {
      const { client, table, backups, large } = world();
      const path = `/read/${table}`;
      const { BackupSummaries = [] } = await client.call('ListBackups', { TableName: table }, path);
      expect(BackupSummaries.map(({ BackupArn }) => BackupArn)).toEqual(expect.arrayContaining([...backups]));
      await expectDenied(client.call('ListBackups', {}, path), 'must name the table of the path');
      const cursor = { TableName: table, ExclusiveStartBackupArn: large };
      await expectDenied(client.call('ListBackups', cursor, path), 'is not of the table of the path');
    });

    test('/recovery/{table} describes the recovery of the table and of no other', async () => {
      const { client, table } = world();
      const path = `/recovery/${table}`;
      const { ContinuousBackupsDescription } = await client.call(
        'DescribeContinuousBackups',
        { TableName: table },
        path,
      );
      expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription).toBeDefined();
      const other = client.call('DescribeContinuousBackups', { TableName: 'another-table' }, path);
      await expectDenied(other, 'is not of the table of the path');
    });
  });
}

async function expectDenied(answer: Promise<unknown>, text: string): Promise<void> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ServiceError);
  expect(error).toMatchObject({ exception: 'AccessDeniedException', text: expect.stringContaining(text) });
}
