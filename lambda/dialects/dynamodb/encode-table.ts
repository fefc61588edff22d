import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughput,
  ProvisionedThroughputDescription,
  RestoreSummary,
  TableDescription as WireTable,
} from '@aws-sdk/client-dynamodb';
import { siblingTableArn } from '../../model/backup-arn.ts';
import type { RestoreRecord, TableDescription } from '../../model/records.ts';
import { explainRestore } from '../../model/restore-outcome.ts';
import type { StartedRestore } from '../../native/recovery.ts';
import type { DryRun } from '../../operations/restore-table.ts';
import { type Choice, type Estimate, wireChoice, wireEstimate } from './estimates.ts';

/** What Tidemark knows of a table's restore and DynamoDB's API has no member for. */
interface TidemarkRestore {
  readonly RestoreStatus?: string;
  readonly Reason?: string | undefined;
  readonly Choice?: Choice;
  readonly Import?: RestoreImport;
  readonly Estimate?: Estimate;
}

/** The import that makes the table, with DynamoDB's names. */
interface RestoreImport {
  readonly ImportArn: string;
  readonly ProcessedItemCount: number;
  /** Before compression. */
  readonly ProcessedSizeBytes: number;
}

/** A restore, or what one would be that was not begun. */
type Planned = DryRun['restore'] & Partial<Pick<RestoreRecord, 'targetTableId' | 'pointInTime' | 'status'>>;

/** A table that a restore would make, with what it would take. */
export function plannedTable({ restore, estimate }: DryRun): WireTable & { Tidemark: TidemarkRestore } {
  return { ...restoringTable(restore), Tidemark: { Estimate: wireEstimate(estimate) } };
}

/** The table that a restore will make; DynamoDB's own restore is described by DynamoDB. */
export function startedTable(started: StartedRestore): WireTable {
  return 'table' in started ? started.table : restoringTable(started.restore);
}

/** The table that a restore will make, as the request for it is answered. */
function restoringTable(restore: Planned): WireTable {
  const { description } = restore;
  // The target is made in the account and region of the source.
  const arn = siblingTableArn(restore.source.arn, restore.target);
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

/** A table that a restore made or is making: `table` is undefined until it is there. */
export function restoredTable(
  table: WireTable | undefined,
  restore: RestoreRecord,
): WireTable & { readonly Tidemark?: TidemarkRestore } {
  const { status } = restore;
  const isAsAsked = status === 'RESTORED' && explainRestore(restore) === undefined;
  return {
    ...(status === 'RESTORING' ? unfinishedTable(table, restore) : table),
    RestoreSummary: restoreSummary(restore),
    ...(!isAsAsked && { Tidemark: tidemarkRestore(restore) }),
  };
}

function tidemarkRestore(restore: RestoreRecord): TidemarkRestore {
  const { status, way, why = '', importArn, imported } = restore;
  return {
    RestoreStatus: status,
    Reason: explainRestore(restore),
    ...(way !== undefined && { Choice: wireChoice({ way, why }) }),
    ...(importArn !== undefined && {
      Import: {
        ImportArn: importArn,
        ProcessedItemCount: imported?.items ?? 0,
        ProcessedSizeBytes: imported?.bytes ?? 0,
      },
    }),
  };
}

/**
 * A table is not offered as ACTIVE before its content is whole, and all along it is what the request for the restore was
 * told: while it is loaded, it is on demand and has not its global indexes yet.
 */
function unfinishedTable(table: WireTable | undefined, restore: RestoreRecord): WireTable {
  const { CreationDateTime, TableId, ...planned } = restoringTable(restore);
  return { CreationDateTime, TableId, ...table, ...planned };
}

/** The backup of a restore to a point in time was made for it alone, so it is none that a caller could use. */
function restoreSummary(restore: Planned): RestoreSummary {
  return {
    SourceBackupArn: restore.pointInTime ? undefined : restore.backupArn,
    SourceTableArn: restore.source.arn,
    RestoreDateTime: new Date(restore.contentTime),
    RestoreInProgress: restore.status === 'RESTORING',
  };
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
