import {
  type AttributeValue as SdkValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Item, KeyNames } from '../item/attribute-value.ts';
import { fromSdk, toSdk } from '../item/from-sdk.ts';
import { parseJson } from '../item/parse-json.ts';
import { cutBatches } from '../tables/cut-batches.ts';
import type { SnapshotItem } from '../snapshot/read/read-snapshot.ts';
import type { TrackedItem, WriteProgress } from './write-progress.ts';

/** The table that batches are written to, and its client. */
export interface BatchTarget {
  readonly dynamodb: Pick<DynamoDBClient, 'send'>;
  readonly table: string;
  readonly keyNames: KeyNames;
}

/** Divides a range's items into batches, each for one request, without items that an earlier part has written. */
export async function* splitBatches(
  items: AsyncIterable<readonly SnapshotItem[]>,
  progress: WriteProgress,
): AsyncGenerator<readonly TrackedItem[]> {
  for await (const read of items) {
    const open = read.map((item) => progress.track(item)).filter((tracked) => tracked !== undefined);
    // An image is the item's JSON as it is sent.
    yield* cutBatches(open, ({ item }) => item.image.length);
  }
}

/** Sends one request. Returns the items that DynamoDB left unprocessed. */
export async function sendBatch(
  { dynamodb, table, keyNames }: BatchTarget,
  batch: readonly TrackedItem[],
): Promise<readonly TrackedItem[]> {
  const requests = batch.map(({ item }) => ({
    PutRequest: { Item: toSdk(parseJson(item.image.toString()) as Item) },
  }));
  const { UnprocessedItems } = await dynamodb.send(
    new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
  );
  // DynamoDB always sends this member. An empty answer, of a proxy for example, does not say that anything was accepted.
  if (UnprocessedItems === undefined) return batch;
  // A table may be called `constructor`, so an inherited property must not be taken for an answer.
  const unprocessed = new Map(Object.entries(UnprocessedItems)).get(table) ?? [];
  if (unprocessed.length === 0) return [];
  const keys = new Set(unprocessed.map(({ PutRequest }) => renderKey(PutRequest?.Item ?? {}, keyNames)));
  const refused = batch.filter((_, i) => keys.has(renderKey(requests[i]?.PutRequest.Item ?? {}, keyNames)));
  // An answer that names other keys than were sent does not say which items were accepted.
  return refused.length === unprocessed.length ? refused : batch;
}

function renderKey(item: Readonly<Record<string, SdkValue>>, keyNames: KeyNames): string {
  const key = keyNames.map((name) => item[name]).filter((value) => value !== undefined);
  return JSON.stringify(fromSdk(Object.fromEntries(key.entries())));
}
