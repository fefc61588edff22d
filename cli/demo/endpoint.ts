import { setTimeout } from 'node:timers/promises';
import {
  CreateBackupCommand,
  DescribeTableCommand,
  DynamoDBClient,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb';

/** A backup that was asked for, and the bounds of its cut in epoch ms. */
export interface Requested {
  readonly arn: string;
  readonly requestedAt: number;
  readonly marker: number;
}

/** What Tidemark tells of a finished backup beyond DynamoDB's API. */
export interface Finished {
  readonly kind: string;
  readonly items: number;
  /** DynamoDB's measure of the items. */
  readonly bytes: number;
  readonly bytesWritten: number;
  readonly recordsWritten: number;
}

const pollMs = 50;

/** A job that takes longer is stuck. */
const patienceMs = 10 * 60_000;

export function clientOf(url: string): DynamoDBClient {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials });
}

export async function requestBackup(
  dynamodb: DynamoDBClient,
  table: string,
  name: string,
): Promise<Requested> {
  const requestedAt = Date.now();
  const { BackupDetails: details } = await dynamodb.send(
    new CreateBackupCommand({ TableName: table, BackupName: name }),
  );
  const marker = details?.BackupCreationDateTime;
  if (details?.BackupArn === undefined || marker === undefined)
    throw new Error('a backup has no ARN or time');
  return { arn: details.BackupArn, requestedAt, marker: marker.getTime() };
}

/** Resolves when the backup is AVAILABLE. Throws an `Error` with the reason if it fails. */
export async function finishedBackup(url: string, arn: string, waiting: () => void): Promise<Finished> {
  return poll(`the backup ${arn}`, waiting, async () => {
    const details = await describeBackup(url, arn);
    if (details.BackupStatus === 'CREATING') return undefined;
    const { Kind: kind = '', Figures: figures, Reason: reason } = details.Tidemark ?? {};
    if (details.BackupStatus !== 'AVAILABLE' || figures === undefined) {
      throw new Error(`the backup ${arn} failed: ${reason ?? 'no reason is given'}`);
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

/** Without the SDK, which drops the members that DynamoDB's API does not know. */
async function describeBackup(url: string, arn: string): Promise<WireDetails> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'DynamoDB_20120810.DescribeBackup',
      // An endpoint on this machine wants a signature as DynamoDB does, and verifies none.
      authorization: 'AWS4-HMAC-SHA256 Credential=demo',
    },
    body: JSON.stringify({ BackupArn: arn }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`DescribeBackup was answered with ${answer.status}: ${text}`);
  return (JSON.parse(text) as { BackupDescription: { BackupDetails: WireDetails } }).BackupDescription
    .BackupDetails;
}

/** Restores a backup; resolves when the table is ready for use. `waiting` is told how many items it has by then. */
export async function restore(
  dynamodb: DynamoDBClient,
  arn: string,
  target: string,
  waiting: (items: number) => void,
): Promise<void> {
  await dynamodb.send(new RestoreTableFromBackupCommand({ BackupArn: arn, TargetTableName: target }));
  await poll(
    `the restore of ${target}`,
    () => {},
    async () => {
      const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName: target }));
      const ready = table?.TableStatus === 'ACTIVE' && table.RestoreSummary?.RestoreInProgress === false;
      if (!ready) waiting(table?.ItemCount ?? 0);
      return ready || undefined;
    },
  );
}

/** Looks until there is an answer. Throws an `Error` if there is none in time. */
async function poll<T>(what: string, waiting: () => void, look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    waiting();
    await setTimeout(pollMs);
  }
  throw new Error(`${what} is not done after ${patienceMs / 60_000} minutes`);
}
