import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalKey } from '../../../lambda/item/canonical.ts';
import { fromSdk } from '../../../lambda/item/from-sdk.ts';
import { measureItem } from '../../../lambda/item/size.ts';
import { scanSegment } from '../../../lambda/sources/scan/scan-segment.ts';
import { readChanges, findCutAfter, type KeyChange, type StreamHistory } from './changes.ts';
import { JobFailure } from './errors.ts';

/** One line of an export's data files. */
export interface ExportRecord {
  /** The item's canonical key, which decides the file. */
  readonly key: string;
  readonly line: object;
  /** The size of its items as DynamoDB counts it. */
  readonly bytes: number;
}

/** An export is made in memory, so it has at most this many items. */
const maxItems = 200_000;

/**
 * Reads the table's content at the end of a second. It notes the place in the stream first and scans then. A key with a
 * record after that place gets the item before its first such record; the other keys get the scanned item:
 *
 *     end of the second        scan             end of the scan
 *             |------------ changes, undone ------------|
 *
 * Throws `JobFailure` if there are more items than an embedded export can hold.
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

/** A window of whole seconds; `to` is exclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly oldImages: boolean;
}

/** Reads the net change of each key in the window. A key that appeared and vanished within it has none. */
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
  if (items <= maxItems) return;
  throw new JobFailure('LimitExceededException', `An embedded export can hold at most ${maxItems} items`);
}
