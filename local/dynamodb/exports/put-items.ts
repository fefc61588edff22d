import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import { cutBatches } from '../../../lambda/tables/cut-batches.ts';
import { isServiceError } from '../../../lambda/runtime/errors.ts';

type SdkItem = Record<string, AttributeValue>;

/** Puts the items; says how many the table has taken. */
export async function putItems(
  dynamodb: DynamoDBClient,
  table: string,
  items: readonly SdkItem[],
): Promise<number> {
  let taken = 0;
  for (const batch of cutBatches(items, measureJson)) taken += await putBatch(dynamodb, table, batch);
  return taken;
}

function measureJson(item: SdkItem): number {
  return Buffer.byteLength(JSON.stringify(fromSdk(item)));
}

/** A batch is refused as a whole, for one bad item or for two of the same key: then each item is put by itself. */
async function putBatch(dynamodb: DynamoDBClient, table: string, items: SdkItem[]): Promise<number> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const batch = new BatchWriteItemCommand({ RequestItems: { [table]: requests } });
  const answer = await orRefused(() => dynamodb.send(batch));
  // A table may be called `constructor`: what is inherited is no answer.
  const left = answer && new Map(Object.entries(answer.UnprocessedItems ?? {})).get(table);
  const open = answer === undefined ? requests : (left ?? []);
  let taken = requests.length - open.length;
  for (const { PutRequest } of open) {
    const put = new PutItemCommand({ TableName: table, Item: PutRequest?.Item });
    if ((await orRefused(() => dynamodb.send(put))) !== undefined) taken++;
  }
  return taken;
}

async function orRefused<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isServiceError(error, 'ValidationException')) return undefined;
    throw error;
  }
}
