import { setTimeout } from 'node:timers/promises';
import {
  CreateBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';

/** A backup that was requested. Times are epoch ms. */
export interface RequestedBackup {
  readonly arn: string;
  /** This clock's time right before the request. */
  readonly requestedAt: number;
  readonly marker: number;
}

/** The members of a finished backup that Tidemark adds to DynamoDB's API. */
export interface FinishedBackup {
  readonly kind: string;
  readonly items: number;
  /** Size of the items by DynamoDB's measure. */
  readonly bytes: number;
  /** Bytes that the backup added to the store. */
  readonly bytesWritten: number;
  readonly recordsWritten: number;
}

const pollMs = 50;

/** How long the demo waits for a job. A job that takes longer is stuck. */
const timeoutMs = 10 * 60_000;

/** Creates a client for the endpoint, with any credentials. */
export function createClient(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials });
}

/** Requests a backup of the table. */
export async function requestBackup(
  dynamodb: DynamoDBClient,
  table: string,
  name: string,
): Promise<RequestedBackup> {
  const requestedAt = Date.now();
  const { BackupDetails: details } = await dynamodb.send(
    new CreateBackupCommand({ TableName: table, BackupName: name }),
  );
  const marker = details?.BackupCreationDateTime;
  if (details?.BackupArn === undefined || marker === undefined)
    throw new Error('the answer to CreateBackup has no ARN or time');
  return { arn: details.BackupArn, requestedAt, marker: marker.getTime() };
}

/** Waits until the backup is AVAILABLE, calling `onWait` before each pause. Throws an `Error` with the reason if it fails. */
export async function waitForBackup(url: string, arn: string, onWait: () => void): Promise<FinishedBackup> {
  return poll(`the backup ${arn}`, onWait, async () => {
    const details = await describeBackup(url, arn);
    if (details.BackupStatus === 'CREATING') return undefined;
    const { Kind: kind = '', Figures: figures, Reason: reason } = details.Tidemark ?? {};
    if (details.BackupStatus !== 'AVAILABLE' || figures === undefined) {
      throw new Error(`the backup ${arn} failed: ${reason ?? 'the answer has no reason'}`);
    }
    return {
      kind: kind.toLowerCase(),
      items: figures.Items,
      bytes: figures.Bytes,
      bytesWritten: figures.CopiedBytes,
      recordsWritten: figures.CopiedRecords,
    };
  });
}

interface WireDetails {
  readonly BackupStatus: string;
  readonly Tidemark?: {
    readonly Kind?: string;
    readonly Reason?: string;
    readonly Figures?: {
      readonly Items: number;
      readonly Bytes: number;
      readonly CopiedBytes: number;
      readonly CopiedRecords: number;
    };
  };
}

/** Calls DescribeBackup without the SDK, which drops members that DynamoDB's API does not know. */
async function describeBackup(url: string, arn: string): Promise<WireDetails> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DescribeBackup',
      // The endpoint requires a signature, as DynamoDB does, but does not verify it.
      authorization: 'AWS4-HMAC-SHA256 Credential=demo',
    },
    body: JSON.stringify({ BackupArn: arn }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`DescribeBackup was answered with ${answer.status}: ${text}`);
  return (JSON.parse(text) as { BackupDescription: { BackupDetails: WireDetails } }).BackupDescription
    .BackupDetails;
}

/** Restores a backup and waits until the table is ready for use. Calls `onProgress` with the number of items written so far. */
export async function restore(
  dynamodb: DynamoDBClient,
  arn: string,
  target: string,
  onProgress: (items: number) => void,
): Promise<void> {
  await dynamodb.send(new RestoreTableFromBackupCommand({ BackupArn: arn, TargetTableName: target }));
  await poll(
    `the restore of ${target}`,
    () => {},
    async () => {
      const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName: target }));
      const ready = table?.TableStatus === 'ACTIVE' && table.RestoreSummary?.RestoreInProgress === false;
      if (!ready) onProgress(table?.ItemCount ?? 0);
      return ready || undefined;
    },
  );
}

/** Calls `look` until it returns a value, and `onWait` before each pause. Throws an `Error` after ten minutes. */
async function poll<T>(what: string, onWait: () => void, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    onWait();
    await setTimeout(pollMs);
  }
  throw new Error(`${what} is not done after ${timeoutMs / 60_000} minutes`);
}
