import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { computeFingerprint, keyOf } from './content.ts';
import { createOrder, createOrderKey } from './orders.ts';

/** A write of the nth order: puts a version of it, or deletes it. */
export interface OrderWrite {
  readonly n: number;
  readonly version: number | 'deleted';
}

/** DynamoDB's limit of writes in a batch. */
const maxBatchItems = 25;
const maxConcurrentBatches = 4;

/** Creates the writes that put the first orders. */
export function createNewOrders(count: number): OrderWrite[] {
  return Array.from({ length: count }, (_, n) => ({ n, version: 0 }));
}

/** Creates writes to 1 percent of the orders. Of five writes, three update an order, one deletes one, and one puts a new one. */
export function createChanges(orders: number, firstNew: number): OrderWrite[] {
  return Array.from({ length: Math.floor(orders / 100) }, (_, i) => {
    if (i % 5 === 3) return { n: i * 100, version: 'deleted' };
    return i % 5 === 4 ? { n: firstNew + i, version: 0 } : { n: i * 100, version: 1 };
  });
}

/**
 * Writes in batches, and applies each write to the model, which has the items' fingerprints by their keys. Calls `onProgress`
 * with the number of items written so far. Throws an `Error` if the database leaves items of a batch unprocessed.
 */
export async function writeOrders(
  dynamodb: DynamoDBClient,
  table: string,
  writes: readonly OrderWrite[],
  model: Map<string, string>,
  onProgress: (items: number) => void,
): Promise<void> {
  let written = 0;
  await pMap(
    toBatches(writes),
    async (batch) => {
      const requests = batch.map(toRequest);
      const { UnprocessedItems: unprocessed = {} } = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      if (Object.keys(unprocessed).length > 0)
        throw new Error('the database left items of a batch unprocessed');
      for (const { PutRequest: put, DeleteRequest: deletion } of requests) {
        if (deletion?.Key !== undefined) model.delete(keyOf(deletion.Key));
        if (put?.Item !== undefined) model.set(keyOf(put.Item), computeFingerprint(put.Item));
      }
      written += batch.length;
      onProgress(written);
    },
    { concurrency: maxConcurrentBatches },
  );
}

function toRequest({ n, version }: OrderWrite): WriteRequest {
  return version === 'deleted'
    ? { DeleteRequest: { Key: createOrderKey(n) } }
    : { PutRequest: { Item: createOrder(n, version) } };
}

function* toBatches(writes: readonly OrderWrite[]): Generator<readonly OrderWrite[]> {
  for (let i = 0; i < writes.length; i += maxBatchItems) yield writes.slice(i, i + maxBatchItems);
}
