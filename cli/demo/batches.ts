import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { fingerprint, keyOf } from './content.ts';
import { order, orderKey } from './orders.ts';

/** What is done to an order: it is put as it is in a version, or deleted. */
export interface OrderWrite {
  readonly n: number;
  readonly version: number | 'deleted';
}

/** What a batch may hold. */
const batchItems = 25;
const batchesAtOnce = 4;

export function newOrders(count: number): OrderWrite[] {
  return Array.from({ length: count }, (_, n) => ({ n, version: 0 }));
}

/** Of every hundred orders one changes: of five changes, three update, one deletes, one brings a new order instead. */
export function onePercent(orders: number, firstNew: number): OrderWrite[] {
  return Array.from({ length: Math.floor(orders / 100) }, (_, i) => {
    if (i % 5 === 3) return { n: i * 100, version: 'deleted' };
    return i % 5 === 4 ? { n: firstNew + i, version: 0 } : { n: i * 100, version: 1 };
  });
}

/**
 * Writes in batches and keeps the model in step: fingerprints by keys. `wrote` is told how many are written by then.
 * Throws an `Error` if the database leaves items of a batch unprocessed.
 */
export async function writeOrders(
  dynamodb: DynamoDBClient,
  table: string,
  writes: readonly OrderWrite[],
  model: Map<string, string>,
  wrote: (items: number) => void,
): Promise<void> {
  let written = 0;
  await pMap(
    inBatches(writes),
    async (batch) => {
      const requests = batch.map(toRequest);
      const { UnprocessedItems: left = {} } = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
      );
      if (Object.keys(left).length > 0) throw new Error('the database left items of a batch unprocessed');
      for (const { PutRequest: put, DeleteRequest: gone } of requests) {
        if (gone?.Key !== undefined) model.delete(keyOf(gone.Key));
        if (put?.Item !== undefined) model.set(keyOf(put.Item), fingerprint(put.Item));
      }
      written += batch.length;
      wrote(written);
    },
    { concurrency: batchesAtOnce },
  );
}

function toRequest({ n, version }: OrderWrite): WriteRequest {
  return version === 'deleted'
    ? { DeleteRequest: { Key: orderKey(n) } }
    : { PutRequest: { Item: order(n, version) } };
}

function* inBatches(writes: readonly OrderWrite[]): Generator<readonly OrderWrite[]> {
  for (let i = 0; i < writes.length; i += batchItems) yield writes.slice(i, i + batchItems);
}
