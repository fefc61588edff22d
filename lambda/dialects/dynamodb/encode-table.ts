import type {
  GlobalSecondaryIndexDescription,
  LocalSecondaryIndexDescription,
  ProvisionedThroughput,
  ProvisionedThroughputDescription,
  RestoreSummary,
  TableDescription as WireTable,
} from '@aws-sdk/client-dynamodb';
import { buildSiblingTableArn } from '../../model/backup-arn.ts';
import type { RestoreRecord, TableDescription } from '../../model/records.ts';
import { explainRestore } from '../../model/restore-outcome.ts';
import type { StartedRestore } from '../../native/recovery.ts';
import type { DryRun } from '../../operations/dry-run-restore.ts';
import { encodeEstimate } from './encode-estimate.ts';
import { encodeProgress } from './encode-restore.ts';
import type { tidemarkRestore } from './extensions.ts';
import type { Answer } from './members.ts';

type TidemarkRestore = Answer<typeof tidemarkRestore>;

/** A restore, or a dry run of one. */
type Planned = DryRun['restore'] & Partial<Pick<RestoreRecord, 'targetTableId' | 'pointInTime' | 'status'>>;

/** Describes the table that a restore would create, with the estimate of the restore. */
export function encodePlannedTable({ restore, estimate }: DryRun): WireTable & { Tidemark: TidemarkRestore } {
  return { ...encodeTarget(restore), Tidemark: { Estimate: encodeEstimate(estimate) } };
}

/**
 * Describes the table that a restore will create. For DynamoDB's own restores this is the description that DynamoDB
 * returned.
 */
export function encodeStartedTable(started: StartedRestore): WireTable {
  return 'table' in started ? started.table : encodeTarget(started.restore);
}

/** Describes the table that a restore will create, for the answer to its request. */
function encodeTarget(restore: Planned): WireTable {
  const { description } = restore;
  // The target is created in the account and region of the source.
  const arn = buildSiblingTableArn(restore.source.arn, restore.target);
  return {
    AttributeDefinitions: [...description.attributeDefinitions],
    TableName: restore.target,
    KeySchema: [...description.keySchema],
    TableStatus: 'CREATING',
    CreationDateTime: new Date(restore.requestedAt),
    ProvisionedThroughput: encodeThroughput(description.provisionedThroughput),
    TableSizeBytes: 0,
    ItemCount: 0,
    TableArn: arn,
    TableId: restore.targetTableId,
    BillingModeSummary:
      description.billingMode === 'PAY_PER_REQUEST' ? { BillingMode: description.billingMode } : undefined,
    OnDemandThroughput: description.onDemandThroughput,
    LocalSecondaryIndexes: encodeLocalIndexes(description, arn),
    GlobalSecondaryIndexes: encodeGlobalIndexes(description, arn),
    StreamSpecification: description.stream,
    TableClassSummary: description.tableClass && { TableClass: description.tableClass },
    SSEDescription: description.sse,
    RestoreSummary: encodeSummary(restore),
    DeletionProtectionEnabled: description.deletionProtection ?? false,
  };
}

/** Describes a table that a restore created or is creating. `table` is undefined until DynamoDB has it. */
export function encodeRestoredTable(
  table: WireTable | undefined,
  restore: RestoreRecord,
): WireTable & { readonly Tidemark?: TidemarkRestore } {
  const { status } = restore;
  const isWithoutDoubt = status === 'RESTORED' && explainRestore(restore) === undefined;
  return {
    ...(status === 'RESTORING' ? encodeUnfinishedTable(table, restore) : table),
    RestoreSummary: encodeSummary(restore),
    ...(!isWithoutDoubt && { Tidemark: encodeProgress(restore) }),
  };
}

/**
 * A table that is being restored is described as in the answer to the restore's request. This hides that the table is
 * ACTIVE, on demand and without global indexes while it is loaded.
 */
function encodeUnfinishedTable(table: WireTable | undefined, restore: RestoreRecord): WireTable {
  const { CreationDateTime, TableId, ...planned } = encodeTarget(restore);
  return { CreationDateTime, TableId, ...table, ...planned };
}

/** A restore to a point in time shows no backup: its backup was made for it alone, and no caller could use it. */
function encodeSummary(restore: Planned): RestoreSummary {
  return {
    SourceBackupArn: restore.pointInTime ? undefined : restore.backupArn,
    SourceTableArn: restore.source.arn,
    RestoreDateTime: new Date(restore.contentTime),
    RestoreInProgress: restore.status === 'RESTORING',
  };
}

/** Encodes the throughput of a table or an index, which is zero on demand. */
function encodeThroughput(provisioned: ProvisionedThroughput | undefined): ProvisionedThroughputDescription {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: provisioned?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: provisioned?.WriteCapacityUnits ?? 0,
  };
}

function encodeLocalIndexes(
  source: TableDescription,
  arn: string,
): LocalSecondaryIndexDescription[] | undefined {
  if (source.localSecondaryIndexes.length === 0) return undefined;
  return source.localSecondaryIndexes.map((index) => ({
    ...index,
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexArn: `${arn}/index/${index.IndexName}`,
  }));
}

function encodeGlobalIndexes(
  source: TableDescription,
  arn: string,
): GlobalSecondaryIndexDescription[] | undefined {
  if (source.globalSecondaryIndexes.length === 0) return undefined;
  return source.globalSecondaryIndexes.map((index) => ({
    ...index,
    ProvisionedThroughput: encodeThroughput(index.ProvisionedThroughput),
    IndexSizeBytes: 0,
    ItemCount: 0,
    IndexArn: `${arn}/index/${index.IndexName}`,
  }));
}
