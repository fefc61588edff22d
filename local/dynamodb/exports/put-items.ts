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

/** Puts the items. Returns how many the table accepted. */
export async function putItems(
  dynamodb: DynamoDBClient,
  table: string,
  items: readonly SdkItem[],
): Promise<number> {
  let accepted = 0;
  for (const batch of cutBatches(items, measureJson)) accepted += await putBatch(dynamodb, table, batch);
  return accepted;
}

function measureJson(item: SdkItem): number {
  return Buffer.byteLength(JSON.stringify(fromSdk(item)));
}

/** Puts a batch. DynamoDB rejects a whole batch for one bad item or for two of the same key; then it puts each item alone. */
async function putBatch(dynamodb: DynamoDBClient, table: string, items: SdkItem[]): Promise<number> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const batch = new BatchWriteItemCommand({ RequestItems: { [table]: requests } });
  const answer = await ignoreInvalid(() => dynamodb.send(batch));
  // A map, because a table may be called `constructor`.
  const left = answer && new Map(Object.entries(answer.UnprocessedItems ?? {})).get(table);
  const open = answer === undefined ? requests : (left ?? []);
  let accepted = requests.length - open.length;
  for (const { PutRequest } of open) {
    const put = new PutItemCommand({ TableName: table, Item: PutRequest?.Item });
    if ((await ignoreInvalid(() => dynamodb.send(put))) !== undefined) accepted++;
  }
  return accepted;
}

async function ignoreInvalid<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (isServiceError(error, 'ValidationException')) return undefined;
    throw error;
  }
}
