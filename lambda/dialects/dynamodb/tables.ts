import { tableNameOf } from '../../catalog/backup-arn.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { restoredTable, restoringTable } from './encode-table.ts';
import { describeTableErrors } from './errors.ts';
import { maxLength, minLength, oneOf, pattern } from './members.ts';
import { backupArn, backupKey, given, operation } from './operation.ts';

const overrides = {
  BillingModeOverride: { type: 'string', constraints: [oneOf('PROVISIONED', 'PAY_PER_REQUEST')] },
  GlobalSecondaryIndexOverride: { type: 'list' },
  LocalSecondaryIndexOverride: { type: 'list' },
  ProvisionedThroughputOverride: { type: 'structure', shape: 'ProvisionedThroughput' },
  OnDemandThroughputOverride: { type: 'structure', shape: 'OnDemandThroughput' },
  SSESpecificationOverride: { type: 'structure', shape: 'SSESpecification' },
} as const;

export const restoreTableFromBackup = operation({
  members: {
    TargetTableName: {
      type: 'string',
      required: true,
      constraints: [pattern('[a-zA-Z0-9_.-]+'), minLength(3), maxLength(255)],
    },
    BackupArn: { ...backupArn, required: true },
    ...overrides,
  },
  run: async (operations, { TargetTableName, BackupArn, ...asked }, { caller }) => {
    refuseOverrides(asked);
    const { restore, backup } = await operations.restoreTable({
      backup: backupKey(BackupArn),
      target: TargetTableName,
      ...given('requestedBy', caller),
    });
    return { TableDescription: restoringTable(restore, backup.description) };
  },
});

/** An override that was ignored would give another table than was asked for, so it is refused by name. */
function refuseOverrides(asked: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(asked).filter((name) => asked[name] !== undefined);
  if (names.length === 0) return;
  throw new TidemarkError(
    'Validation',
    `Not supported yet: ${names.join(', ')}. Restore without it and change the table after the restore`,
  );
}

export const describeTable = operation({
  members: {
    TableName: { type: 'string', required: true, constraints: [minLength(1), maxLength(1024)] },
  },
  errors: describeTableErrors,
  run: async (operations, { TableName }) => {
    const { table, restore } = await operations.describeTable({ table: tableNameOf(TableName) });
    return { Table: restore === undefined ? table : restoredTable(table, restore) };
  },
});
