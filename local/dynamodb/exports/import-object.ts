import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Item, KeyNames } from '../../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../../lambda/item/canonical.ts';
import { toSdk } from '../../../lambda/item/from-sdk.ts';
import { parseJson } from '../../../lambda/item/parse-json.ts';
import { decompressText, splitLines } from './import-source.ts';
import { putItems } from './put-items.ts';

/** The counts in an import's description. */
export interface Figures {
  readonly ErrorCount: number;
  /** Bytes before compression. */
  readonly ProcessedSizeBytes: number;
  readonly ProcessedItemCount: number;
  readonly ImportedItemCount: number;
}

/** The figures of an import that has done nothing. */
export const noFigures: Figures = {
  ErrorCount: 0,
  ProcessedSizeBytes: 0,
  ProcessedItemCount: 0,
  ImportedItemCount: 0,
};

export function addFigures(a: Figures, b: Figures): Figures {
  return {
    ErrorCount: a.ErrorCount + b.ErrorCount,
    ProcessedSizeBytes: a.ProcessedSizeBytes + b.ProcessedSizeBytes,
    ProcessedItemCount: a.ProcessedItemCount + b.ProcessedItemCount,
    ImportedItemCount: a.ImportedItemCount + b.ImportedItemCount,
  };
}

/** How many lines are parsed and put at a time. */
const batchLines = 1000;

/** Puts the items of an object's lines into the table. Counts an error for a line that is not an item, or an object that is not text. */
export async function importObject(
  dynamodb: DynamoDBClient,
  table: { readonly name: string; readonly keyNames: KeyNames },
  object: Uint8Array,
  compression: string,
): Promise<Figures> {
  let text: Buffer;
  try {
    text = decompressText(object, compression);
  } catch {
    return { ...noFigures, ErrorCount: 1 };
  }
  let figures: Figures = { ...noFigures, ProcessedSizeBytes: text.length };
  const lines = splitLines(text);
  for (;;) {
    const batch = take(lines, batchLines);
    if (batch.length === 0) return figures;
    const items = batch.map((line) => parseItem(line, table.keyNames)).filter((item) => item !== undefined);
    const taken = await putItems(dynamodb, table.name, items);
    figures = addFigures(figures, {
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

/** Parses the item of a line. Returns undefined if it is not an item. */
function parseItem(line: string, keyNames: KeyNames): Record<string, AttributeValue> | undefined {
  try {
    const { Item } = parseJson(line) as { Item: Item };
    // Throws if the line is not an item: the client would convert it to some item.
    toCanonicalItem(Item, keyNames);
    return toSdk(Item);
  } catch {
    return undefined;
  }
}
