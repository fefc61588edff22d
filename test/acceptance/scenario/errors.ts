import { describe, test } from 'vitest';
import type { World } from '../scenario.ts';
import { expectError } from '../tables.ts';

/** Defines tests of errors that occur without a running job; restores.ts tests those of a running restore. */
export function defineErrorTests(world: () => World): void {
  describe('the exception that a client throws', () => {
    test('names a table that does not exist', async () => {
      const { client, work } = world();
      const TableName = work.uniqueName('unknown');
      await expectError(
        client.call('CreateBackup', { TableName, BackupName: 'none' }),
        'TableNotFoundException',
        `Table not found: ${TableName}`,
      );
    });

    test('names a backup that does not exist', async () => {
      const { client, work, tableArn } = world();
      const BackupArn = `${tableArn}/backup/01576616366715-b4e58d3a`;
      const message = `Backup not found: ${BackupArn}`;
      const TargetTableName = work.uniqueName('target');
      for (const call of [
        () => client.call('DescribeBackup', { BackupArn }),
        () => client.call('DeleteBackup', { BackupArn }),
        () => client.call('RestoreTableFromBackup', { BackupArn, TargetTableName }),
      ]) {
        await expectError(call(), 'BackupNotFoundException', message);
      }
    });

    test('names a target that already exists', async () => {
      const { client, table, backups } = world();
      await expectError(
        client.call('RestoreTableFromBackup', { BackupArn: backups[0], TargetTableName: table }),
        'TableAlreadyExistsException',
        `Table already exists: ${table}`,
      );
    });

    test('names invalid values', async () => {
      const { client, table } = world();
      await expectError(
        client.call('CreateBackup', { TableName: table, BackupName: 'not allowed' }),
        'ValidationException',
        "1 validation error detected: Value 'not allowed' at 'backupName' failed to satisfy constraint: " +
          'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+',
      );
      await expectError(
        client.call('DescribeBackup', { BackupArn: 'none'.repeat(10) }),
        'ValidationException',
        'Invalid Backup ARN',
      );
    });
  });
}
