import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughput,
  ProvisionedThroughputDescription,
  RestoreSummary,
  TableDescription as WireTable,
} from '@aws-sdk/client-dynamodb';
import type { RestoreRecord, TableDescription } from '../../catalog/records.ts';

/** What Tidemark knows of a table's restore and DynamoDB's API has no member for. */
interface TidemarkRestore {
  readonly RestoreStatus: string;
  readonly Reason?: string | undefined;
}

/** The table that a restore will make, as the request for it is answered. */
export function restoringTable(restore: RestoreRecord): WireTable {
  const { description } = restore;
  const arn = targetArn(restore);
  return {
    AttributeDefinitions: [...description.attributeDefinitions],
    TableName: restore.target,
    KeySchema: [...description.keySchema],
    TableStatus: 'CREATING',
    CreationDateTime: new Date(restore.requestedAt),
    ProvisionedThroughput: throughput(description.provisionedThroughput),
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: arn,
    TableId: restore.targetTableId,
    BillingModeSummary:
      description.billingMode === 'PAY_PER_REQUEST' ? { BillingMode: description.billingMode } : undefined,
    OnDemandThroughput: description.onDemandThroughput,
    LocalSecondaryIndexes: localIndexes(description, arn),
    GlobalSecondaryIndexes: globalIndexes(description, arn),
    StreamSpecification: description.stream,
    TableClassSummary: description.tableClass && { TableClass: description.tableClass },
    SSEDescription: description.sse,
    RestoreSummary: restoreSummary(restore),
    DeletionProtectionEnabled: description.deletionProtection ?? false,
  };
}

/** A table that a restore made or is making: it is not offered as ACTIVE before its content is whole. */
export function restoredTable(
  table: WireTable,
  restore: RestoreRecord,
): WireTable & { readonly Tidemark?: TidemarkRestore } {
  const { status, reason } = restore;
  return {
    ...table,
    TableStatus: status === 'RESTORING' ? 'CREATING' : table.TableStatus,
    RestoreSummary: restoreSummary(restore),
    ...(status !== 'RESTORED' && { Tidemark: { RestoreStatus: status, Reason: reason } }),
  };
}

/** The backup of a restore to a point in time was made for it alone, so it is none that a caller could use. */
function restoreSummary(restore: RestoreRecord): RestoreSummary {
  return {
    SourceBackupArn: restore.pointInTime ? undefined : restore.backupArn,
    SourceTableArn: restore.source.arn,
    RestoreDateTime: new Date(restore.contentTime),
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
