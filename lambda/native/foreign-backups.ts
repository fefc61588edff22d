import {
  type BackupSummary,
  DescribeBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  type SourceTableDetails,
  type SourceTableFeatureDetails,
} from '@aws-sdk/client-dynamodb';
import { backupArnOf, parseBackupArn, buildSiblingTableArn } from '../model/backup-arn.ts';
import { isBackupId } from '../model/ids.ts';
import type { BackupRecord, TableDescription } from '../model/records.ts';
import { isServiceError } from '../runtime/errors.ts';
import type { ForeignPage, ForeignQuery } from './native-backups.ts';

/**
 * DynamoDB's own backups that Tidemark has not requested: users' own, those of AWS Backup, and those that DynamoDB makes of
 * deleted tables. The catalog has no record of them, so their records are made from DynamoDB's answers, with DynamoDB's
 * ARNs.
 */

/** Finds such a backup by its ARN. Returns undefined if DynamoDB does not have it. */
export async function describeForeignBackup(
  dynamodb: DynamoDBClient,
  arn: string,
): Promise<BackupRecord | undefined> {
  try {
    const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn: arn }));
    const { BackupDetails, SourceTableDetails, SourceTableFeatureDetails } = BackupDescription ?? {};
    return toRecord({ BackupDetails, SourceTableDetails, SourceTableFeatureDetails });
  } catch (error) {
    if (isServiceError(error, 'BackupNotFoundException')) return undefined;
    throw error;
  }
}

/** Lists one page of such backups, oldest first. */
export async function listForeignBackups(
  dynamodb: DynamoDBClient,
  { table, from, to, limit, type, after, catalogArn }: ForeignQuery,
): Promise<ForeignPage> {
  const cursor = after && backupArnOf(buildSiblingTableArn(catalogArn, after.table), after.id);
  const page = await dynamodb.send(
    new ListBackupsCommand({
      TableName: table,
      TimeRangeLowerBound: from === undefined ? undefined : new Date(from),
      TimeRangeUpperBound: to === undefined ? undefined : new Date(to),
      BackupType: type,
      Limit: limit,
      ExclusiveStartBackupArn: cursor,
    }),
  );
  const last = parseBackupArn(page.LastEvaluatedBackupArn ?? '');
  return {
    backups: (page.BackupSummaries ?? [])
      // Tidemark names the backups that it requests by their ids: the catalog lists those.
      .filter(({ BackupName }) => !isBackupId(BackupName))
      .map((summary) => toRecord({ BackupDetails: summary, SourceTableDetails: nameTable(summary) }))
      .filter((record) => record !== undefined),
    ...(last !== undefined && { upTo: { table: last.table, id: last.id, arn: last.arn } }),
  };
}

function nameTable({ TableName, TableId, TableArn }: BackupSummary): Partial<SourceTableDetails> {
  return {
    ...(TableName !== undefined && { TableName }),
    ...(TableId !== undefined && { TableId }),
    ...(TableArn !== undefined && { TableArn }),
  };
}

/** The common members of a description and a summary. A summary has fewer members of the table, and none of its features. */
interface Described {
  readonly BackupDetails: BackupSummary | undefined;
  readonly SourceTableDetails: Partial<SourceTableDetails> | undefined;
  readonly SourceTableFeatureDetails?: SourceTableFeatureDetails | undefined;
}

/** Undefined for a backup that is deleted, or whose ARN has another form. */
function toRecord(described: Described): BackupRecord | undefined {
  const { BackupDetails: details, SourceTableDetails: source } = described;
  const { BackupArn: arn = '', BackupStatus: status, BackupType: type } = details ?? {};
  const parsed = parseBackupArn(arn);
  if (parsed === undefined || (status !== 'CREATING' && status !== 'AVAILABLE')) return undefined;
  const bytes = details?.BackupSizeBytes ?? 0;
  const expiresAt = details?.BackupExpiryDateTime?.getTime();
  return {
    id: parsed.id,
    arn,
    nativeArn: arn,
    name: String(details?.BackupName),
    table: {
      name: source?.TableName ?? parsed.table,
      arn: source?.TableArn ?? arn.slice(0, arn.indexOf('/backup/')),
      tableId: String(source?.TableId),
    },
    description: toDescription(described),
    marker: details?.BackupCreationDateTime?.getTime() ?? 0,
    status,
    attempts: 1,
    internal: false,
    source: 'native',
    figures: { items: source?.ItemCount ?? 0, bytes, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
    ...((type === 'SYSTEM' || type === 'AWS_BACKUP') && { type }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

function toDescription({
  SourceTableDetails: source,
  SourceTableFeatureDetails,
}: Described): TableDescription {
  const features = SourceTableFeatureDetails ?? {};
  const throughput = source?.ProvisionedThroughput;
  return {
    keySchema: source?.KeySchema ?? [],
    // A backup's description does not have them.
    attributeDefinitions: [],
    createdAt: source?.TableCreationDateTime?.getTime() ?? 0,
    sizeBytes: source?.TableSizeBytes ?? 0,
    itemCount: source?.ItemCount ?? 0,
    billingMode: source?.BillingMode ?? 'PROVISIONED',
    ...(throughput && { provisionedThroughput: throughput }),
    ...(source?.OnDemandThroughput && { onDemandThroughput: source.OnDemandThroughput }),
    localSecondaryIndexes: features.LocalSecondaryIndexes ?? [],
    globalSecondaryIndexes: features.GlobalSecondaryIndexes ?? [],
    ...(features.StreamDescription && { stream: features.StreamDescription }),
    ...(features.TimeToLiveDescription && { timeToLive: features.TimeToLiveDescription }),
    ...(features.SSEDescription && { sse: features.SSEDescription }),
  };
}
