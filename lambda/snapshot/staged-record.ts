import type { Item, KeyNames } from '../item/attribute-value.ts';
import { canonicalItem, canonicalKey } from '../item/canonical.ts';
import { keyHash } from '../item/key-hash.ts';
import { parseJson } from '../item/parse-json.ts';
import { itemSize } from '../item/size.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { imageDigest } from './digest.ts';
import type { NetChange } from './net-change.ts';

interface ExportLine {
  readonly Item?: Item;
  readonly Metadata?: { readonly ApplyOrder?: { readonly N?: unknown } | null };
  readonly Keys?: Item;
  readonly OldImage?: Item;
  readonly NewImage?: Item;
}

const itemMembers = new Set(['Item']);
const changeMembers = new Set(['Metadata', 'Keys', 'OldImage', 'NewImage']);
const wholeNumber = /^(?:0|[1-9]\d*)$/;

/**
 * A line of DynamoDB's export format as a change: of a full export (`Item`) or of an incremental one (`Keys` with
 * `OldImage` and `NewImage`). Throws `RecordNotUnderstood` for any other shape.
 */
export function parseStagedLine(line: string, keyNames: KeyNames): NetChange {
  const record = parse(line);
  const order = orderOf(record);
  const keyed = record.Item ?? record.Keys;
  if (keyed === undefined) throw notUnderstood('a staged record has neither Item nor Keys');
  const keyText = canonicalKey(keyed, keyNames);
  const canonical = (image: Item): Buffer => {
    const text = canonicalItem(image, keyNames);
    if (!text.startsWith(`{${keyText}`)) throw notUnderstood('a staged image is of another key than Keys');
    return Buffer.from(text);
  };
  const key = Buffer.from(keyText);
  const image = record.Item ?? record.NewImage;
  return {
    hash: keyHash(key),
    key,
    first: order,
    last: order,
    old: record.OldImage && {
      digest: imageDigest(canonical(record.OldImage)),
      bytes: itemSize(record.OldImage),
    },
    image: image && canonical(image),
    imageBytes: image === undefined ? 0 : itemSize(image),
  };
}

function parse(line: string): ExportLine {
  let record: unknown;
  try {
    record = parseJson(line);
  } catch (cause) {
    throw new TidemarkError('StagedDataCorrupt', 'a staged line is not JSON', { cause });
  }
  if (typeof record !== 'object' || record === null) throw notUnderstood('a staged line is not an object');
  const members = 'Item' in record ? itemMembers : changeMembers;
  for (const [name, member] of Object.entries(record)) {
    if (!members.has(name) || typeof member !== 'object' || member === null) {
      throw notUnderstood('a staged record has an unknown member');
    }
  }
  return record;
}

/** The change's place among those of its key; '' for an item and for a real export, which has one record for a key. */
function orderOf({ Metadata }: ExportLine): string {
  if (Metadata?.ApplyOrder === undefined) return '';
  const order = Metadata.ApplyOrder?.N;
  if (typeof order !== 'string' || !wholeNumber.test(order))
    throw notUnderstood('an order is no whole number');
  return order;
}

function notUnderstood(message: string): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', message);
}
