import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item, KeyNames } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../../lambda/item/canonical.ts';
import { toSdk } from '../../../lambda/item/from-sdk.ts';
import { parseJson } from '../../../lambda/item/parse-json.ts';
import { linesOf, textOf } from './import-source.ts';
import { putItems } from './put-items.ts';

/** What an import's description counts. */
export interface Figures {
  readonly ErrorCount: number;
  /** Before compression. */
  readonly ProcessedSizeBytes: number;
  readonly ProcessedItemCount: number;
  readonly ImportedItemCount: number;
}

export const none: Figures = {
  ErrorCount: 0,
  ProcessedSizeBytes: 0,
  ProcessedItemCount: 0,
  ImportedItemCount: 0,
};

export function sum(a: Figures, b: Figures): Figures {
  return {
    ErrorCount: a.ErrorCount + b.ErrorCount,
    ProcessedSizeBytes: a.ProcessedSizeBytes + b.ProcessedSizeBytes,
    ProcessedItemCount: a.ProcessedItemCount + b.ProcessedItemCount,
    ImportedItemCount: a.ImportedItemCount + b.ImportedItemCount,
  };
}

/** Lines that are held as items at a time. */
const batchLines = 1000;

/** Puts the items of an object's lines into the table. A line that is no item, and an object that is no text, is an error. */
export async function importObject(
  dynamodb: DynamoDBClient,
  table: { readonly name: string; readonly keyNames: KeyNames },
  object: Uint8Array,
  compression: string,
): Promise<Figures> {
  let text: Buffer;
  try {
    text = textOf(object, compression);
  } catch {
    return { ...none, ErrorCount: 1 };
  }
  let figures: Figures = { ...none, ProcessedSizeBytes: text.length };
  const lines = linesOf(text);
  for (;;) {
    const batch = take(lines, batchLines);
    if (batch.length === 0) return figures;
    const items = batch.map((line) => itemOf(line, table.keyNames)).filter((item) => item !== undefined);
    const taken = await putItems(dynamodb, table.name, items);
    figures = sum(figures, {
      ErrorCount: batch.length - taken,
      ProcessedSizeBytes: 0,
      ProcessedItemCount: batch.length,
      ImportedItemCount: taken,
    });
  }
}

function take<T>(values: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = values.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}

/** The item of a line; undefined if it is none. */
function itemOf(line: string, keyNames: KeyNames): Record<string, AttributeValue> | undefined {
  try {
    const { Item } = parseJson(line) as { Item: Item };
    // Refuses what is no attribute value, which the client would send in some form or other.
    toCanonicalItem(Item, keyNames);
    return toSdk(Item);
  } catch {
    return undefined;
  }
}
