import type {
  BackupDescription,
  BackupDetails,
  BackupStatus as WireStatus,
  BackupSummary,
  SourceTableDetails,
  SourceTableFeatureDetails,
} from '@aws-sdk/client-dynamodb';
import type { BackupRecord, BackupStatus, Figures } from '../../model/records.ts';
import { explainRestore } from '../../model/restore-outcome.ts';
import type { BackupUse } from '../../operations/find-backup-use.ts';
import type { tidemarkDetails } from './extensions.ts';
import type { Answer } from './members.ts';
import { toCapitals } from './words.ts';

/** DynamoDB's API has no status for a failed backup; `Reason` in Tidemark's own members says that it failed. */
const wireStatus: Readonly<Record<BackupStatus, WireStatus>> = {
  CREATING: 'CREATING',
  AVAILABLE: 'AVAILABLE',
  FAILED: 'DELETED',
  DELETED: 'DELETED',
};

type TidemarkDetails = Answer<typeof tidemarkDetails>;

/** Encodes the details of a backup: the answer to CreateBackup, and the first part of a description. */
export function encodeDetails(
  record: BackupRecord,
  use?: BackupUse,
): BackupDetails & { Tidemark?: TidemarkDetails } {
  const added = { ...encodeOwnDetails(record), ...(use && encodeUse(use)) };
  return {
    ...encodeCommon(record),
    ...(Object.values(added).some((member) => member !== undefined) && { Tidemark: added }),
  };
}

export function encodeSummary(record: BackupRecord) {
  const { name, tableId, arn } = record.table;
  return {
    TableName: name,
    TableId: tableId,
    TableArn: arn,
    ...encodeCommon(record),
  } as const satisfies BackupSummary;
}

/**
 * Shows the record's `arn`, which may be the request's: DynamoDB answers with the ARN of the request, even if its region is
 * another one.
 */
export function encodeDescription(record: BackupRecord, use?: BackupUse): BackupDescription {
  return {
    BackupDetails: encodeDetails(record, use),
    SourceTableDetails: encodeTable(record),
    SourceTableFeatureDetails: encodeFeatures(record),
  };
}

function encodeCommon(record: BackupRecord) {
  return {
    BackupArn: record.arn,
    BackupName: record.name,
    BackupSizeBytes: record.figures?.bytes ?? 0,
    BackupStatus: wireStatus[record.status],
    BackupType: record.type ?? 'USER',
    BackupCreationDateTime: new Date(record.marker),
    BackupExpiryDateTime: record.expiresAt === undefined ? undefined : new Date(record.expiresAt),
  } as const satisfies BackupDetails;
}

function encodeOwnDetails(record: BackupRecord): TidemarkDetails {
  const { kind, source, parent, why, figures, digest, reason, comment, requestedBy, nativeArn } = record;
  return {
    Kind: kind && toCapitals(kind),
    Source: source && toCapitals(source),
    Parent: parent,
    Why: why,
    // A backup without figures has no content yet.
    Cut: figures && { Time: new Date(record.asOf ?? record.marker) },
    Figures: figures && encodeFigures(figures),
    Digest: digest,
    Reason: reason,
    Comment: comment,
    DataSink: record.sink,
    RequestedBy: requestedBy,
    DeletedBy: record.deletedBy,
    DeletedDateTime: record.deletedAt === undefined ? undefined : new Date(record.deletedAt),
    NativeBackupArn: nativeArn,
  };
}

function encodeUse({ restores, damage }: BackupUse): Pick<TidemarkDetails, 'Restores' | 'Damage'> {
  return {
    Restores: omitEmpty(
      restores.map((record) => ({
        RestoreId: record.id,
        TargetTableName: record.target,
        RestoreStatus: record.status,
        Reason: explainRestore(record),
      })),
    ),
    Damage: damage && { Reason: damage.reason, SeenDateTime: new Date(damage.seenAt) },
  };
}

function encodeFigures(figures: Figures): TidemarkDetails['Figures'] {
  return {
    Items: figures.items,
    Bytes: figures.bytes,
    CopiedBytes: figures.copiedBytes,
    CopiedFiles: figures.copiedFiles,
    CopiedRecords: figures.copiedRecords,
    DurationsMs: figures.durations,
  };
}

function encodeTable({ table, description }: BackupRecord): SourceTableDetails {
  return {
    TableName: table.name,
    TableId: table.tableId,
    TableArn: table.arn,
    TableSizeBytes: description.sizeBytes,
    KeySchema: [...description.keySchema],
    TableCreationDateTime: new Date(description.createdAt),
    // The service model requires this member; an on-demand table has zeros.
    ProvisionedThroughput: {
      ReadCapacityUnits: description.provisionedThroughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: description.provisionedThroughput?.WriteCapacityUnits ?? 0,
    },
    OnDemandThroughput: description.onDemandThroughput,
    ItemCount: description.itemCount,
    BillingMode: description.billingMode,
  };
}

/** DynamoDB describes a feature only while the table has it: a plain table has none. */
function encodeFeatures({ description }: BackupRecord): SourceTableFeatureDetails {
  const { stream, timeToLive, sse } = description;
  return {
    LocalSecondaryIndexes: omitEmpty(description.localSecondaryIndexes),
    GlobalSecondaryIndexes: omitEmpty(description.globalSecondaryIndexes),
    StreamDescription: stream?.StreamEnabled === true ? stream : undefined,
    TimeToLiveDescription: timeToLive?.TimeToLiveStatus === 'ENABLED' ? timeToLive : undefined,
    SSEDescription: sse?.Status === 'ENABLED' || sse?.Status === 'UPDATING' ? sse : undefined,
  };
}

/** Leaves out an empty list: DynamoDB describes a table without indexes without a list of them. */
function omitEmpty<T>(list: readonly T[]): T[] | undefined {
  return list.length === 0 ? undefined : [...list];
}
