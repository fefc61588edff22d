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

/** The table's name, once it is there with so many items. */
export async function loadedTable(dynamodb: DynamoDBClient, name: string, items: number): Promise<string> {
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

/** Puts so many items, at most 25, in their nth version. */
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

/** Requests a backup and gives its ARN. */
export async function requestBackup(dynamodb: DynamoDBClient, table: string): Promise<string> {
  const command = new CreateBackupCommand({ TableName: table, BackupName: 'bench' });
  return String((await dynamodb.send(command)).BackupDetails?.BackupArn);
}

/** Resolves when the backup is there. Throws `BenchError` if it failed. */
export async function untilAvailable(dynamodb: DynamoDBClient, arn: string, everyMs: number): Promise<void> {
  for (;;) {
    const { BackupDescription } = await dynamodb.send(new DescribeBackupCommand({ BackupArn: arn }));
    const status = BackupDescription?.BackupDetails?.BackupStatus;
    if (status === 'AVAILABLE') return;
    if (status !== 'CREATING') throw new BenchError(`the backup is ${status}`);
    await sleep(everyMs);
  }
}
