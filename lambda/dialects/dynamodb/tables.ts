import { parseTableReference } from '../../model/backup-arn.ts';
import { plannedTable, restoredTable, startedTable } from './encode-table.ts';
import { describeTableErrors } from './errors.ts';
import { backupArn, backupKey, newName, sourceTable } from './names.ts';
import { given, operation, requestKey } from './operation.ts';
import { keepMembers, overrideMembers, restoreOverrides } from './overrides.ts';

export const restoreTableFromBackup = operation({
  members: {
    TargetTableName: { ...newName, required: true },
    BackupArn: { ...backupArn, required: true },
    ...overrideMembers,
    TidemarkOptions: {
      type: 'structure',
      shape: 'TidemarkBackupRestoreOptions',
      closed: true,
      members: { ...keepMembers, DryRun: { type: 'boolean' } },
    },
  },
  run: async (operations, { TargetTableName, BackupArn, ...asked }, request) => {
    const input = {
      backup: backupKey(BackupArn),
      target: TargetTableName,
      overrides: restoreOverrides(asked),
      ...given('requestedBy', request.caller),
      ...requestKey(request),
    };
    if (asked.TidemarkOptions?.DryRun === true) {
      return { TableDescription: plannedTable(await operations.dryRunRestore(input)) };
    }
    return { TableDescription: startedTable(await operations.restoreTable(input)) };
  },
});

export const describeTable = operation({
  members: { TableName: { ...sourceTable, required: true } },
  errors: describeTableErrors,
  run: async (operations, { TableName }) => {
    const { table, restore } = await operations.describeTable(parseTableReference(TableName));
    return { Table: restore === undefined ? table : restoredTable(table, restore) };
  },
});
