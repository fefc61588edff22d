import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughput,
  ProvisionedThroughputDescription,
  RestoreSummary,
  TableDescription as WireTable,
} from '@aws-sdk/client-dynamodb';
import type { RestoreRecord, TableDescription } from '../../catalog/records.ts';

/** The table that a restore will make, as the request for it is answered. */
export function restoringTable(restore: RestoreRecord, source: TableDescription): WireTable {
  const arn = targetArn(restore);
  return {
    AttributeDefinitions: [...source.attributeDefinitions],
    TableName: restore.target,
    KeySchema: [...source.keySchema],
    TableStatus: 'CREATING',
    CreationDateTime: new Date(restore.requestedAt),
    ProvisionedThroughput: throughput(source.provisionedThroughput),
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: arn,
    TableId: restore.targetTableId,
    BillingModeSummary:
      source.billingMode === 'PAY_PER_REQUEST' ? { BillingMode: source.billingMode } : undefined,
    OnDemandThroughput: source.onDemandThroughput,
    LocalSecondaryIndexes: localIndexes(source, arn),
    GlobalSecondaryIndexes: globalIndexes(source, arn),
    RestoreSummary: restoreSummary(restore),
    DeletionProtectionEnabled: false,
  };
}

/** A table that a restore made or is making: it is not offered as ACTIVE before its content is whole. */
export function restoredTable(table: WireTable, restore: RestoreRecord): WireTable {
  return {
    ...table,
    TableStatus: restore.status === 'RESTORING' ? 'CREATING' : table.TableStatus,
    RestoreSummary: restoreSummary(restore),
  };
}

function restoreSummary(restore: RestoreRecord): RestoreSummary {
  return {
    SourceBackupArn: restore.backupArn,
    SourceTableArn: restore.source.arn,
    RestoreDateTime: new Date(restore.requestedAt),
    RestoreInProgress: restore.status === 'RESTORING',
  };
}

/** The target is made in the account and region of the source. */
function targetArn({ source, target }: RestoreRecord): string {
  return `${source.arn.slice(0, source.arn.lastIndexOf('/') + 1)}${target}`;
}

/** An on-demand table or index has zeros. */
function throughput(provisioned: ProvisionedThroughput | undefined): ProvisionedThroughputDescription {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: provisioned?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: provisioned?.WriteCapacityUnits ?? 0,
  };
}

function localIndexes(source: TableDescription, arn: string): LocalSecondaryIndexDescription[] | undefined {
  if (source.localSecondaryIndexes.length === 0) return undefined;
  return source.localSecondaryIndexes.map((index) => ({
    ...index,
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexArn: `${arn}/index/${index.IndexName}`,
  }));
}

function globalIndexes(source: TableDescription, arn: string): GlobalSecondaryIndexDescription[] | undefined {
  if (source.globalSecondaryIndexes.length === 0) return undefined;
  return source.globalSecondaryIndexes.map((index) => ({
    ...index,
    IndexStatus: 'CREATING',
    ProvisionedThroughput: throughput(index.ProvisionedThroughput),
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexArn: `${arn}/index/${index.IndexName}`,
  }));
}
