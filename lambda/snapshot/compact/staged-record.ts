import { isUtf8 } from 'node:buffer';
import type { Item, KeyNames } from '../../item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../item/canonical.ts';
import { ItemScanner, type ScannedItem } from '../../item/item-scanner.ts';
import { hasDoubledName } from '../../item/doubled-name.ts';
import type { KeyHash } from '../../item/key-hash.ts';
import { parseShallowJson } from '../../item/parse-json.ts';
import { notPlain } from '../../item/scalar-scanner.ts';
import { measureItem } from '../../item/size.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { digestImage } from '../format/digest.ts';
import type { NetChange } from './net-change.ts';

const images = ['Item', 'Keys', 'OldImage', 'NewImage'] as const;
type ImageName = (typeof images)[number];

/** The content of a staged line, with its items in canonical form. */
interface StagedRecord extends Partial<Record<ImageName, ScannedItem>> {
  /** The change's place among the changes of its key. '' for an item, and for a line that does not state it. */
  order: string;
}

/** The names of the key attributes, partition key first, and the hash of their values. */
export interface StagedKeys {
  readonly names: KeyNames;
  readonly hash: KeyHash;
}

const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Parses lines of DynamoDB's export format. Lines of DynamoDB's own exports state no order: `exportOrder` is the order of
 * all lines of such an export, which has one line for each key.
 */
export class StagedLineParser {
  readonly #keyNames: KeyNames;
  readonly #hash: KeyHash;
  readonly #exportOrder: string | undefined;
  readonly #scanner: ItemScanner;

  constructor({ names, hash }: StagedKeys, exportOrder?: string) {
    this.#keyNames = names;
    this.#hash = hash;
    this.#exportOrder = exportOrder;
    this.#scanner = new ItemScanner(names);
  }

  /**
   * Parses a line, without its line end, as a change. It is a line of a full export (`Item`) or of an incremental export
   * (`Keys`, with `OldImage` and `NewImage` if they exist). Throws `StagedDataCorrupt` if the line is not UTF-8 or not JSON,
   * `RecordNotUnderstood` if it has another shape.
   */
  parse(line: Buffer): NetChange {
    // Decoding would silently replace invalid bytes by U+FFFD.
    if (!isUtf8(line)) throw new TidemarkError('StagedDataCorrupt', 'a staged line is not UTF-8');
    const change = toNetChange(this.#scan(line) ?? readRecord(line, this.#keyNames), this.#hash);
    const order = this.#exportOrder;
    return order === undefined ? change : { ...change, first: order, last: order, once: true };
  }

  /** Scans a line of plain JSON, which is fast. Returns undefined for a line that `readRecord` must read. */
  #scan(line: Buffer): StagedRecord | undefined {
    try {
      return this.#scanPlain(line);
    } catch (error) {
      // `readRecord` throws the right error, also for a line with several faults.
      if (error === notPlain || error instanceof TidemarkError) return undefined;
      throw error;
    }
  }

  #scanPlain(line: Buffer): StagedRecord | undefined {
    const scanner = this.#scanner;
    const record: StagedRecord = { order: '' };
    let hasMetadata = false;
    scanner.start(line);
    scanner.expectByte(openBrace);
    do {
      const name = scanner.readName();
      scanner.expectByte(colon);
      if (name === 'Metadata' && !hasMetadata) {
        hasMetadata = true;
        const metadata = JSON.parse(scanner.readAttributes()) as ExportLine['Metadata'];
        record.order = orderOf(metadata);
      } else if (isImageName(name) && record[name] === undefined) {
        record[name] = scanner.readItem();
      } else {
        return undefined;
      }
    } while (scanner.takeByte(comma));
    scanner.expectByte(closeBrace);
    const { Item, Keys, OldImage, NewImage } = record;
    const isItem = Item !== undefined && (Keys ?? OldImage ?? NewImage) === undefined;
    return scanner.at === line.length &&
      (isItem ? record.order === '' : Item === undefined && Keys !== undefined)
      ? record
      : undefined;
  }
}

function isImageName(name: string): name is ImageName {
  return images.some((image) => image === name);
}

function toNetChange({ order, Item, Keys, OldImage, NewImage }: StagedRecord, hash: KeyHash): NetChange {
  const keyed = Item ?? Keys;
  if (keyed === undefined) throw notUnderstoodError('a staged record has neither Item nor Keys');
  const image = Item ?? NewImage;
  const key = keyOf(image ?? keyed);
  for (const other of [keyed, OldImage]) {
    if (other !== undefined && other !== image && !key.equals(keyOf(other))) {
      throw notUnderstoodError('a staged image has another key than Keys');
    }
  }
  return {
    hash: hash(key),
    key,
    first: order,
    last: order,
    old: OldImage && { digest: digestImage(OldImage.image), bytes: OldImage.bytes },
    image: image?.image,
    imageBytes: image?.bytes ?? 0,
  };
}

function keyOf({ image, keyLength }: ScannedItem): Buffer {
  return image.subarray(1, 1 + keyLength);
}

interface ExportLine extends Partial<Record<ImageName, Item>> {
  readonly Metadata?: { readonly ApplyOrder?: { readonly N?: unknown } | null };
}

const itemMembers = new Set(['Item']);
const changeMembers = new Set(['Metadata', 'Keys', 'OldImage', 'NewImage']);
const wholeNumber = /^(?:0|[1-9]\d*)$/;

/** Reads a line of any JSON text, which is slower. */
function readRecord(line: Buffer, keyNames: KeyNames): StagedRecord {
  const parsed = parseLine(line);
  const record: StagedRecord = { order: orderOf(parsed.Metadata) };
  for (const name of images) {
    const item = parsed[name];
    if (item === undefined) continue;
    record[name] = {
      image: Buffer.from(toCanonicalItem(item, keyNames)),
      keyLength: Buffer.byteLength(toCanonicalKey(item, keyNames)),
      bytes: measureItem(item),
    };
  }
  return record;
}

function parseLine(line: Buffer): ExportLine {
  let record: unknown;
  try {
    record = parseShallowJson(line.toString());
  } catch (cause) {
    throw new TidemarkError('StagedDataCorrupt', 'a staged line is not JSON', { cause });
  }
  // A parser takes the last of the two values, but the first may be the right one.
  if (hasDoubledName(line, record)) throw notUnderstoodError('a staged line has an object with a name twice');
  if (typeof record !== 'object' || record === null)
    throw notUnderstoodError('a staged line is not an object');
  const members = 'Item' in record ? itemMembers : changeMembers;
  for (const [name, member] of Object.entries(record)) {
    if (!members.has(name) || typeof member !== 'object' || member === null) {
      throw notUnderstoodError('a staged record has an unknown member');
    }
  }
  return record;
}

function orderOf(metadata: ExportLine['Metadata']): string {
  if (metadata?.ApplyOrder === undefined) return '';
  const order = metadata.ApplyOrder?.N;
  if (typeof order !== 'string' || !wholeNumber.test(order))
    throw notUnderstoodError('an order is not a whole number');
  return order;
}

function notUnderstoodError(message: string): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', message);
}
