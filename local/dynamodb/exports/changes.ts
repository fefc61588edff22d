import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { Item, KeyNames } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { ShardList } from '../../../lambda/tables/shard-list.ts';
import {
  cutOf,
  type Lane,
  createLane,
  findLanesAround,
  type Reader,
  readLanes,
} from '../../../lambda/sources/stream-cut.ts';
import { JobFailure } from './errors.ts';

/** A table's stream, with the facts that are needed to read it. */
export interface StreamHistory {
  readonly streams: DynamoDBStreamsClient;
  readonly clock: Clock;
  readonly stream: string;
  readonly keyNames: KeyNames;
  /** When the table was created, epoch ms. A stream that begins then has missed nothing. */
  readonly createdAt: number;
}

/** The effect of a part of the stream on one key. */
export interface KeyChange {
  readonly keys: Item;
  /** The item before the first record; undefined: it did not exist. */
  readonly before: Item | undefined;
  /** The item after the last record; undefined: it was deleted. */
  after: Item | undefined;
  /** The time of the last record, epoch seconds. */
  second: number;
}

/** Seconds. A write of one second may be in a shard that began a little later. */
const margin = 60;

/** An empty page is the end of an embedded stream, which shows every write at once. */
const emptyPages = 1;

/**
 * Finds the place in each shard after its last record of this second: before its first record of a later second. Throws
 * `JobFailure` if the stream began later, and `StreamGap`.
 */
export async function findCutAfter(history: StreamHistory, second: number): Promise<Lane[]> {
  const { streams, stream } = history;
  const end = (second + 1) * 1000;
  const shards = new ShardList(streams, stream);
  const { createdAt } = await shards.describe();
  if (createdAt > end && end > history.createdAt) {
    throw new JobFailure('InternalServerError', "The table's stream does not reach back to that time");
  }
  const lanes = await findLanesAround(streams, shards, second - margin);
  await readTo(history, lanes, second, async () => {});
  return Object.entries(cutOf(lanes)).map(([shard, position]) => createLane(shard, position));
}

/**
 * Reads the effect on each key of the records from the cut to the end of this second. Returns them by the key's canonical
 * text.
 */
export async function readChanges(
  history: StreamHistory,
  cut: Lane[],
  second: number,
): Promise<Map<string, KeyChange>> {
  const changes = new Map<string, KeyChange>();
  await readTo(history, cut, second, async (record) => {
    const keys = fromSdk(record.keys);
    const key = toCanonicalKey(keys, history.keyNames);
    const after = record.newImage && fromSdk(record.newImage);
    const change = changes.get(key);
    if (change === undefined) {
      const before = record.oldImage && fromSdk(record.oldImage);
      changes.set(key, { keys, before, after, second: record.second });
    } else {
      change.after = after;
      change.second = record.second;
    }
  });
  return changes;
}

async function readTo(
  { streams, clock, stream }: StreamHistory,
  lanes: Lane[],
  second: number,
  take: Reader['take'],
): Promise<void> {
  const shards = new ShardList(streams, stream);
  const rules = { shards, markerSecond: second, until: 0, emptyPages };
  await readLanes({ streams, clock }, lanes, rules, { take, isOverdue: () => false });
}
