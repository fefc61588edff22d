import { encodePlannedTable, encodeStartedTable } from '../encode-table.ts';
import { exampleBackup } from '../examples.ts';
import { backupArn, targetName, toBackupKey } from '../names.ts';
import { createOperation, readRequestKey, whenDefined } from '../operation.ts';
import { overrideMembers, restoreOptions, toRestoreOverrides } from '../overrides.ts';

export const restoreTableFromBackup = createOperation({
  name: 'RestoreTableFromBackup',
  text: 'Creates a table with the content of a backup.',
  verbs: ['restore', 'reencrypt'],
  reserved: { SSESpecificationOverride: 'reencrypt' },
  members: {
    TargetTableName: { ...targetName, required: true, text: 'The name of the table to create.' },
    BackupArn: { ...backupArn, required: true },
    ...overrideMembers,
    TidemarkOptions: {
      ...restoreOptions,
      shape: 'TidemarkBackupRestoreOptions',
      members: {
        ...restoreOptions.members,
        DryRun: {
          type: 'boolean',
          text: 'Run all checks, return the table that would be created and the estimate of the restore, and create nothing.',
        },
      },
    },
  },
  errors: [
    'TableAlreadyExists',
    'TableInUse',
    'BackupNotFound',
    'BackupInUse',
    'BackupNotAvailable',
    'LimitExceeded',
  ],
  example: {
    TargetTableName: 'Music-copy',
    BackupArn: exampleBackup,
    BillingModeOverride: 'PAY_PER_REQUEST',
    LocalSecondaryIndexOverride: [],
    TidemarkOptions: { Keep: ['STREAM', 'TIME_TO_LIVE'] },
  },
  run: async (operations, { TargetTableName, BackupArn, ...overrides }, request) => {
    const input = {
      backup: toBackupKey(BackupArn),
      target: TargetTableName,
      overrides: toRestoreOverrides(overrides),
      ...whenDefined('requestedBy', request.caller),
      ...readRequestKey(request),
    };
    if (overrides.TidemarkOptions?.DryRun === true) {
      return { TableDescription: encodePlannedTable(await operations.dryRunRestore(input)) };
    }
    return { TableDescription: encodeStartedTable(await operations.restoreTable(input)) };
  },
});
