import { tableNameOf } from '../../catalog/backup-arn.ts';
import { restoredTable, restoringTable } from './encode-table.ts';
import { describeTableErrors } from './errors.ts';
import { backupArn, backupKey, newName, sourceTable } from './names.ts';
import { given, operation } from './operation.ts';
import { overrideMembers, restoreOverrides } from './overrides.ts';

export const restoreTableFromBackup = operation({
  members: {
    TargetTableName: { ...newName, required: true },
    BackupArn: { ...backupArn, required: true },
    ...overrideMembers,
  },
  run: async (operations, { TargetTableName, BackupArn, ...asked }, { caller }) => {
    const { restore } = await operations.restoreTable({
      backup: backupKey(BackupArn),
      target: TargetTableName,
      overrides: restoreOverrides(asked),
      ...given('requestedBy', caller),
    });
    return { TableDescription: restoringTable(restore) };
  },
});

export const describeTable = operation({
  members: { TableName: { ...sourceTable, required: true } },
  errors: describeTableErrors,
  run: async (operations, { TableName }) => {
    const { table, restore } = await operations.describeTable({ table: tableNameOf(TableName) });
    return { Table: restore === undefined ? table : restoredTable(table, restore) };
  },
});
