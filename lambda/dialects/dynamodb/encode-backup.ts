import type {
  BackupDescription,
  BackupDetails,
  BackupStatus as WireStatus,
  BackupSummary,
  SourceTableDetails,
  SourceTableFeatureDetails,
} from '@aws-sdk/client-dynamodb';
import type { BackupRecord, BackupStatus, Figures } from '../../model/records.ts';

/** The wire has no word for a failed backup; the reason travels beside it. */
const wireStatus: Readonly<Record<BackupStatus, WireStatus>> = {
  CREATING: 'CREATING',
  AVAILABLE: 'AVAILABLE',
  FAILED: 'DELETED',
  DELETED: 'DELETED',
};

/** What Tidemark knows of a backup and DynamoDB's API has no member for; clients ignore members they do not know. */
interface TidemarkDetails {
  readonly Kind?: string | undefined;
  readonly Source?: string | undefined;
  readonly Parent?: string | undefined;
  /** Why it was made from this source and parent. */
  readonly Why?: readonly string[] | undefined;
  /** Where the content ends. */
  readonly Cut?: { readonly Time: Date } | undefined;
  readonly Figures?: object | undefined;
  readonly Digest?: string | undefined;
  readonly Reason?: string | undefined;
  readonly Comment?: string | undefined;
  readonly RequestedBy?: string | undefined;
  readonly NativeBackupArn?: string | undefined;
}

/** The answer to CreateBackup, and the first part of a description. */
export function backupDetails(record: BackupRecord): BackupDetails & { Tidemark?: TidemarkDetails } {
  const added = tidemarkDetails(record);
  return {
    ...common(record),
    ...(Object.values(added).some((member) => member !== undefined) && { Tidemark: added }),
  };
}

export function backupSummary(record: BackupRecord): BackupSummary {
  const { name, tableId, arn } = record.table;
  return { TableName: name, TableId: tableId, TableArn: arn, ...common(record) };
}

export function backupDescription(record: BackupRecord): BackupDescription {
  return {
    BackupDetails: backupDetails(record),
    SourceTableDetails: sourceTable(record),
    SourceTableFeatureDetails: sourceFeatures(record),
  };
}

function common(record: BackupRecord): BackupDetails {
  return {
    BackupArn: record.arn,
    BackupName: record.name,
    BackupSizeBytes: record.figures?.bytes ?? 0,
    BackupStatus: wireStatus[record.status],
    BackupType: 'USER',
    BackupCreationDateTime: new Date(record.marker),
    BackupExpiryDateTime: record.expiresAt === undefined ? undefined : new Date(record.expiresAt),
  };
}

function tidemarkDetails(record: BackupRecord): TidemarkDetails {
  const { kind, source, parent, why, figures, digest, reason, comment, requestedBy, nativeArn } = record;
  return {
    Kind: kind?.toUpperCase(),
    Source: source?.toUpperCase(),
    Parent: parent,
    Why: why,
    // Before there are figures there is no content.
    Cut: figures && { Time: new Date(record.asOf ?? record.marker) },
    Figures: figures && wireFigures(figures),
    Digest: digest,
    Reason: reason,
    Comment: comment,
    RequestedBy: requestedBy,
    NativeBackupArn: nativeArn,
  };
}

function wireFigures(figures: Figures): object {
  return {
    Items: figures.items,
    Bytes: figures.bytes,
    CopiedBytes: figures.copiedBytes,
    CopiedFiles: figures.copiedFiles,
    CopiedRecords: figures.copiedRecords,
    DurationsMs: figures.durations,
  };
}

function sourceTable({ table, description }: BackupRecord): SourceTableDetails {
  return {
    TableName: table.name,
    TableId: table.tableId,
    TableArn: table.arn,
    TableSizeBytes: description.sizeBytes,
    KeySchema: [...description.keySchema],
    TableCreationDateTime: new Date(description.createdAt),
    // The model requires it; an on-demand table has zeros.
    ProvisionedThroughput: {
      ReadCapacityUnits: description.provisionedThroughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: description.provisionedThroughput?.WriteCapacityUnits ?? 0,
    },
    OnDemandThroughput: description.onDemandThroughput,
    ItemCount: description.itemCount,
    BillingMode: description.billingMode,
  };
}

function sourceFeatures({ description }: BackupRecord): SourceTableFeatureDetails {
  return {
    LocalSecondaryIndexes: filled(description.localSecondaryIndexes),
    GlobalSecondaryIndexes: filled(description.globalSecondaryIndexes),
    StreamDescription: description.stream,
    TimeToLiveDescription: description.timeToLive,
    SSEDescription: description.sse,
  };
}

/** A table without indexes has no list of them, not an empty one. */
function filled<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}
