import {
  DescribeTableCommand,
  type DescribeTableCommandOutput,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription as SdkTableDescription,
  type TimeToLiveDescription,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { findAnswerTime } from '../item/answer-time.ts';
import { checkArn } from '../model/backup-arn.ts';
import type { TableDescription, TableIdentity } from '../model/records.ts';
import { isServiceError, TidemarkError } from '../runtime/errors.ts';
import { type MarkedTable, ownStream } from './own-stream.ts';

/** DynamoDB's description of a table. */
export interface Table {
  readonly identity: TableIdentity;
  readonly description: TableDescription;
  /** DynamoDB's TableStatus; or `deletedStatus`. */
  readonly status: string;
  /** True while DynamoDB itself restores the table. */
  readonly isRestoring: boolean;
  /** The ARN of the stream, if a backup can use it: enabled, with new and old images. */
  readonly streamArn?: string;
  /** DynamoDB's time when it described the table (epoch ms, a whole second), if its answer said so. */
  readonly describedAt?: number;
}

/** The status of a table that can no longer be read. Its description then comes from the catalog. */
export const deletedStatus = 'DELETED';

/** True for a table that was deleted: only its stream can be read, for a day. */
export function isDeleted({ status }: Pick<Table, 'status'>): boolean {
  return status === deletedStatus;
}

/** Describes a table in any status. Throws `TableNotFound`, `AccessDenied`, `TableInUse` (its status is changing). */
export async function describeTable(dynamodb: DynamoDBClient, name: string): Promise<Table> {
  const [answer, asked] = await Promise.all([askForTable(dynamodb, name), askForTimeToLive(dynamodb, name)]);
  const table: MarkedTable | undefined = answer?.Table;
  if (answer === undefined || table === undefined) throw tableNotFoundError(name);
  const timeToLive = asked === 'notNow' ? await findTimeToLive(dynamodb, name, table.TableStatus) : asked;
  const describedAt = findAnswerTime(answer);
  const streamArn = table[ownStream] ?? findUsableStream(table);
  return {
    identity: { name, arn: String(table.TableArn), tableId: String(table.TableId) },
    description: toDescription(table, timeToLive),
    status: String(table.TableStatus),
    isRestoring: table.RestoreSummary?.RestoreInProgress === true,
    ...(streamArn !== undefined && { streamArn }),
    ...(describedAt !== undefined && { describedAt }),
  };
}

/** The ARN of the table's stream, if it is enabled with new and old images. */
function findUsableStream({ StreamSpecification, LatestStreamArn }: SdkTableDescription): string | undefined {
  const { StreamEnabled, StreamViewType } = StreamSpecification ?? {};
  return StreamEnabled === true && StreamViewType === 'NEW_AND_OLD_IMAGES' ? LatestStreamArn : undefined;
}

/** Creates DynamoDB's error for a table that does not exist, or not yet. */
export function tableNotFoundError(name: string): TidemarkError {
  return new TidemarkError('TableNotFound', `Table not found: ${name}`);
}

const remedies = {
  stream: 'Give it a stream with new and old images (StreamViewType NEW_AND_OLD_IMAGES)',
  recovery: 'Switch on its point-in-time recovery (UpdateContinuousBackups)',
} as const;

/** A table lacks what a backup needs, and waiting does not help. It fails the request or the backup. */
export class BackupsUnavailable extends TidemarkError {
  constructor(table: string, lacks: keyof typeof remedies) {
    super(
      'ContinuousBackupsUnavailable',
      `Backups are not enabled for the table: ${table}. ${remedies[lacks]}, then request the backup again.`,
    );
  }
}

/** Enables the stream of a table that has none, with the images that backups need. */
export async function enableStream(dynamodb: DynamoDBClient, table: string): Promise<void> {
  await dynamodb.send(
    new UpdateTableCommand({
      TableName: table,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
}

/** Throws `AccessDenied` if the table of this name has another ARN than the caller named. The table need not exist. */
export async function checkTableArn(
  dynamodb: DynamoDBClient,
  name: string,
  asked: string | undefined,
): Promise<void> {
  const table = asked === undefined ? undefined : await findTable(dynamodb, name);
  if (table !== undefined) checkArn(asked, String(table.TableArn));
}

/** Finds the table's description as the SDK returns it; undefined if there is no table of this name. Throws `AccessDenied`. */
export async function findTable(
  dynamodb: DynamoDBClient,
  name: string,
): Promise<SdkTableDescription | undefined> {
  return (await askForTable(dynamodb, name))?.Table;
}

async function askForTable(
  dynamodb: DynamoDBClient,
  name: string,
): Promise<DescribeTableCommandOutput | undefined> {
  return ignoreMissing(name, () => dynamodb.send(new DescribeTableCommand({ TableName: name })));
}

/** The states of a table in which DynamoDB refuses to describe its time to live. */
const withoutTimeToLive = new Set<string | undefined>(['CREATING', 'DELETING']);

/**
 * Finds the time to live of a table for which DynamoDB has just refused to describe it. Returns none for a state in which
 * DynamoDB always refuses. Otherwise the state has changed between the two calls, and a second call finds it.
 */
async function findTimeToLive(
  dynamodb: DynamoDBClient,
  name: string,
  status: string | undefined,
): Promise<TimeToLiveDescription | undefined> {
  if (withoutTimeToLive.has(status)) return undefined;
  const asked = await askForTimeToLive(dynamodb, name);
  if (asked !== 'notNow') return asked;
  throw new TidemarkError('TableInUse', `The table ${name} is being created or deleted: try again later`);
}

/** Describes the time to live; `notNow` if DynamoDB refuses that in the table's state. */
async function askForTimeToLive(
  dynamodb: DynamoDBClient,
  name: string,
): Promise<TimeToLiveDescription | undefined | 'notNow'> {
  const command = new DescribeTimeToLiveCommand({ TableName: name });
  try {
    return await ignoreMissing(name, async () => (await dynamodb.send(command)).TimeToLiveDescription);
  } catch (error) {
    if (isServiceError(error, 'ValidationException')) return 'notNow';
    throw error;
  }
}

/** Calls DynamoDB. Returns undefined if there is no table of this name. Throws `AccessDenied` if Tidemark lacks the right. */
async function ignoreMissing<T>(name: string, describe: () => Promise<T>): Promise<T | undefined> {
  try {
    return await describe();
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return undefined;
    if (!isServiceError(error, 'AccessDeniedException')) throw error;
    throw new TidemarkError(
      'AccessDenied',
      `Tidemark has no right to the table ${name}: \`tables\` in the configuration of its deployment must cover it`,
      { cause: error },
    );
  }
}

function toDescription(
  table: SdkTableDescription,
  timeToLive: TimeToLiveDescription | undefined,
): TableDescription {
  const throughput = table.ProvisionedThroughput;
  return {
    keySchema: table.KeySchema ?? [],
    attributeDefinitions: table.AttributeDefinitions ?? [],
    createdAt: table.CreationDateTime?.getTime() ?? 0,
    sizeBytes: table.TableSizeBytes ?? 0,
    itemCount: table.ItemCount ?? 0,
    // A table that was never on-demand has no summary.
    billingMode: table.BillingModeSummary?.BillingMode ?? 'PROVISIONED',
    provisionedThroughput: {
      ReadCapacityUnits: throughput?.ReadCapacityUnits ?? 0,
      WriteCapacityUnits: throughput?.WriteCapacityUnits ?? 0,
    },
    ...(table.OnDemandThroughput && { onDemandThroughput: table.OnDemandThroughput }),
    localSecondaryIndexes: (table.LocalSecondaryIndexes ?? []).map(
      ({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      }),
    ),
    globalSecondaryIndexes: (table.GlobalSecondaryIndexes ?? []).map((index) => ({
      IndexName: index.IndexName,
      KeySchema: index.KeySchema,
      Projection: index.Projection,
      ProvisionedThroughput: {
        ReadCapacityUnits: index.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
        WriteCapacityUnits: index.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
      },
      ...(index.OnDemandThroughput && { OnDemandThroughput: index.OnDemandThroughput }),
    })),
    ...(table.StreamSpecification && { stream: table.StreamSpecification }),
    ...(timeToLive && { timeToLive }),
    ...(table.SSEDescription && { sse: removeDates(table.SSEDescription) }),
    ...(table.TableClassSummary?.TableClass && { tableClass: table.TableClassSummary.TableClass }),
    ...(table.DeletionProtectionEnabled === true && { deletionProtection: true }),
  };
}

/** Leaves out dates: descriptions are stored as JSON, from which a date would come back as text. */
function removeDates<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => !(member instanceof Date))) as T;
}
