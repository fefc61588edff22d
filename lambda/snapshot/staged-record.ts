import type { Item, KeyNames } from '../item/attribute-value.ts';
import { canonicalItem, canonicalKey } from '../item/canonical.ts';
import { keyHash } from '../item/key-hash.ts';
import { itemSize } from '../item/size.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { imageDigest } from './digest.ts';
import type { NetChange, OldImage } from './net-change.ts';

interface ExportLine {
  readonly Item?: Item;
  readonly Metadata?: { readonly ApplyOrder?: { readonly N: string } };
  readonly Keys?: Item;
  readonly OldImage?: Item;
  readonly NewImage?: Item;
}

const members = new Set(['Item', 'Metadata', 'Keys', 'OldImage', 'NewImage']);

/**
 * A line of DynamoDB's export format as a change: of a full export (`Item`) or of an incremental one (`Keys` with
 * `OldImage` and `NewImage`). Throws `RecordNotUnderstood` for any other shape.
 */
export function parseStagedLine(line: string, keyNames: KeyNames): NetChange {
  const record = parse(line);
  const order = record.Metadata?.ApplyOrder?.N ?? '';
  const keyed = record.Item ?? record.Keys;
  if (keyed === undefined) throw notUnderstood('a staged record has neither Item nor Keys');
  const key = Buffer.from(canonicalKey(keyed, keyNames));
  const image = record.Item ?? record.NewImage;
  return {
    hash: keyHash(key),
    key,
    first: order,
    last: order,
    old: record.OldImage && oldImage(record.OldImage, keyNames),
    image: image && Buffer.from(canonicalItem(image, keyNames)),
    imageBytes: image === undefined ? 0 : itemSize(image),
  };
}

function parse(line: string): ExportLine {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch (cause) {
    throw new TidemarkError('StagedDataCorrupt', 'a staged line is not JSON', { cause });
  }
  if (typeof record !== 'object' || record === null) throw notUnderstood('a staged line is not an object');
  if (Object.keys(record).some((name) => !members.has(name))) {
    throw notUnderstood('a staged record has an unknown member');
  }
  return record;
}

function oldImage(item: Item, keyNames: KeyNames): OldImage {
  return { digest: imageDigest(Buffer.from(canonicalItem(item, keyNames))), bytes: itemSize(item) };
}

function notUnderstood(message: string): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', message);
}
