import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  CreateBackupCommand,
  CreateTableCommand,
  DescribeBackupCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { keyName, makeItem } from '../engine/items.ts';
import { BenchError } from '../engine/run.ts';

/** Creates a table with this many items and returns its name. */
export async function createLoadedTable(
  dynamodb: DynamoDBClient,
  name: string,
  items: number,
): Promise<string> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: keyName, KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: keyName, AttributeType: 'S' }],
    }),
  );
  for (let index = 0; index < items; index += 25) await putItems(dynamodb, name, index, 25, 0);
  return name;
}

/** Puts `count` items, at most 25, in this version. */
export async function putItems(
  dynamodb: DynamoDBClient,
  table: string,
  from: number,
  count: number,
  version: number,
): Promise<void> {
  const puts = Array.from({ length: count }, (_, i) => ({
    PutRequest: { Item: makeItem(1, from + i, version) },
  }));
  await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
}

/** Requests a backup and returns its ARN. */
export async function requestBackup(dynamodb: DynamoDBClient, table: string): Promise<string> {
  const command = new CreateBackupCommand({ TableName: table, BackupName: 'bench' });
  return String((await dynamodb.send(command)).BackupDetails?.BackupArn);
}

/** Waits until the backup is AVAILABLE. Throws `BenchError` if it failed. */
export async function waitUntilAvailable(
  dynamodb: DynamoDBClient,
  arn: string,
  everyMs: number,
): Promise<void> {
  for (;;) {
    const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn: arn }));
    const status = BackupDescription?.BackupDetails?.BackupStatus;
    if (status === 'AVAILABLE') return;
    if (status !== 'CREATING') throw new BenchError(`the backup is ${status}`);
    await sleep(everyMs);
  }
}
