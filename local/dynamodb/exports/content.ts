import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import { measureItem } from '../../../lambda/item/size.ts';
import { scanSegment } from '../../../lambda/sources/scan/scan-segment.ts';
import { readChanges, findCutAfter, type KeyChange, type StreamHistory } from './changes.ts';
import { JobFailure } from './errors.ts';

/** One line of an export. */
export interface ExportRecord {
  /** The item's canonical key: it decides the file. */
  readonly key: string;
  readonly line: object;
  /** DynamoDB's size of what it holds. */
  readonly bytes: number;
}

/** All of an export is held in memory. */
const mostItems = 200_000;

/**
 * The table's content at the end of a second: for a key that the stream tells of since then what was before its first
 * record, for the others what a scan finds that begins after the place in the stream was taken.
 * Throws `JobFailure` if it is more than an embedded export can hold.
 */
export async function readContent(
  dynamodb: DynamoDBClient,
  table: string,
  history: StreamHistory,
  second: number,
): Promise<ExportRecord[]> {
  const cut = await findCutAfter(history, second);
  const items = new Map<string, Item>();
  for await (const page of scanSegment(dynamodb, table, { number: 0, of: 1 })) {
    for (const scanned of page.Items ?? []) {
      const item = fromSdk(scanned);
      items.set(toCanonicalKey(item, history.keyNames), item);
    }
    checkRoom(items.size);
  }
  const end = Math.floor(history.clock.now() / 1000);
  for (const [key, { before }] of await readChanges(history, cut, end)) {
    if (before === undefined) items.delete(key);
    else items.set(key, before);
  }
  checkRoom(items.size);
  return [...items].map(([key, item]) => ({ key, line: { Item: item }, bytes: measureItem(item) }));
}

/** A window of seconds, `to` exclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly oldImages: boolean;
}

/** What has become of each key that was changed in the window; nothing of one that came and went in it. */
export async function readIncrement(
  history: StreamHistory,
  { from, to, oldImages }: Window,
): Promise<ExportRecord[]> {
  const changes = await readChanges(history, await findCutAfter(history, from - 1), to - 1);
  checkRoom(changes.size);
  return [...changes]
    .filter(([, { before, after }]) => before !== undefined || after !== undefined)
    .map(([key, change]) => changeRecord(key, change, oldImages));
}

function changeRecord(key: string, { keys, before, after, second }: KeyChange, old: boolean): ExportRecord {
  const images = {
    ...(old && before !== undefined && { OldImage: before }),
    ...(after !== undefined && { NewImage: after }),
  };
  const Metadata = { WriteTimestampMicros: { N: String(second * 1_000_000) } };
  const bytes = [keys, ...Object.values(images)].reduce((sum, item) => sum + measureItem(item), 0);
  return { key, line: { Metadata, Keys: keys, ...images }, bytes };
}

function checkRoom(items: number): void {
  if (items <= mostItems) return;
  throw new JobFailure('LimitExceededException', `An embedded export holds at most ${mostItems} items`);
}
