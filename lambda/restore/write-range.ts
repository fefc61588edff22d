import { BatchWriteItemCommand, type DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { Item } from '../item/attribute-value.ts';
import { toSdk } from '../item/from-sdk.ts';
import { parseJson } from '../item/parse-json.ts';
import type { Clock } from '../runtime/clock.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { isThrottled } from '../runtime/throttling.ts';
import { DigestSum, digestImage } from '../snapshot/format/digest.ts';
import { type HashRange, formatHash } from '../snapshot/format/hash-range.ts';
import { readSnapshot, type SnapshotItem } from '../snapshot/read/read-snapshot.ts';
import { Budget, takeUntilSpent } from '../jobs/budget.ts';
import type { TaskInput, TaskResult } from '../jobs/task.ts';
import { runRangePart } from './range-part.ts';
import { type CurrentRestore, type RangeResult, readSourceManifest } from './current-restore.ts';
import { describeTarget } from './target-table.ts';
import type { RestoreJob } from '../jobs/job.ts';

/** BatchWriteItem takes at most 25 items and 16 MB; 25 items of 400 KB are 10 MB. */
const maxBatchItems = 25;

/** How many requests one invocation sends at once: enough to hide their latency. */
const maxRequests = 8;

/** How often unprocessed items are sent before the step gives up; the growing pauses add up to about a minute. */
const maxTries = 12;

/**
 * Writes one range of the snapshot to the table until its time is spent. A repeated part writes the same items again.
 */
export function writeRange(
  services: Services,
  input: TaskInput<RestoreJob>,
): Promise<TaskResult<RestoreJob>> {
  return runRangePart(services, input, 'writes', async (current, range) => {
    await describeTarget(services, current.restore);
    return writeItems(services, current, range);
  });
}

async function writeItems(
  services: Services,
  current: CurrentRestore,
  range: HashRange,
): Promise<RangeResult> {
  const { dynamodb, clock, config } = services;
  const { target } = current.restore;
  const manifest = await readSourceManifest(services, current);
  const budget = new Budget(clock, config.timeBudgetMs);
  const digest = new DigestSum();
  let items = 0;
  let next: bigint | undefined;
  const timed = takeUntilSpent(
    readSnapshot(services.store, manifest, range, config.limits),
    budget,
    (hash) => {
      next = hash;
    },
  );
  await pMap(
    splitBatches(timed),
    async (batch) => {
      await writeBatch(dynamodb, clock, target, batch);
      // Only acknowledged items are counted, so the final sum is of what the table has accepted.
      for (const { image } of batch) digest.add(digestImage(image));
      items += batch.length;
    },
    { concurrency: maxRequests },
  );
  return {
    done: next === undefined,
    items,
    digest: digest.toHex(),
    next: next === undefined ? undefined : formatHash(next),
  };
}

async function* splitBatches(
  batches: AsyncIterable<readonly SnapshotItem[]>,
): AsyncGenerator<SnapshotItem[]> {
  for await (const batch of batches) {
    for (let i = 0; i < batch.length; i += maxBatchItems) yield batch.slice(i, i + maxBatchItems);
  }
}

/** Writes up to 25 items. Throws `WritesRefused` if items stay unprocessed after `maxTries`. */
async function writeBatch(
  dynamodb: DynamoDBClient,
  clock: Clock,
  table: string,
  batch: readonly SnapshotItem[],
): Promise<void> {
  let requests: WriteRequest[] = batch.map(({ image }) => ({
    PutRequest: { Item: toSdk(parseJson(image.toString()) as Item) },
  }));
  for (let attempt = 0; requests.length > 0; attempt++) {
    if (attempt === maxTries) {
      throw new TidemarkError(
        'WritesRefused',
        `${table} left ${requests.length} items of a batch unprocessed`,
      );
    }
    if (attempt > 0) await clock.sleep(Math.random() * Math.min(10_000, 50 * 2 ** attempt));
    requests = await sendBatch(dynamodb, table, requests);
  }
}

/** Sends the requests. Returns those that DynamoDB did not process: all of them if it throttled the whole call. */
async function sendBatch(
  dynamodb: DynamoDBClient,
  table: string,
  requests: WriteRequest[],
): Promise<WriteRequest[]> {
  try {
    const { UnprocessedItems = {} } = await dynamodb.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
    );
    // A table may be called `constructor`, so an inherited property must not be taken for an answer.
    return new Map(Object.entries(UnprocessedItems)).get(table) ?? [];
  } catch (error) {
    if (isThrottled(error)) return requests;
    throw error;
  }
}
