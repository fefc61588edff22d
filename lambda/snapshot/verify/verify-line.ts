import { isUtf8 } from 'node:buffer';
import type { Item, KeyNames } from '../../item/attribute-value.ts';
import { canonicalItem, canonicalKey } from '../../item/canonical.ts';
import { ItemScanner } from '../../item/item-scanner.ts';
import { parseJson } from '../../item/parse-json.ts';
import { notPlain } from '../../item/scanned-members.ts';
import { itemSize } from '../../item/size.ts';
import type { Change } from '../format/change.ts';
import { digestImage } from '../format/digest.ts';
import { corruptError } from '../format/frame.ts';

/** A line that is as it should be. Of a tombstone, digest and size are those of nothing. */
export interface VerifiedLine extends Change {
  readonly digest: Buffer;
  readonly imageBytes: number;
}

const nothing = Buffer.alloc(0);
const openBrace = Buffer.from('{');
const closeBrace = Buffer.from('}');

/** Verifies the lines of runs of a table with these key attributes. */
export class LineVerifier {
  readonly #keyNames: KeyNames;
  readonly #scanner: ItemScanner;

  constructor(keyNames: KeyNames) {
    this.#keyNames = keyNames;
    this.#scanner = new ItemScanner(keyNames);
  }

  /** Throws `SnapshotCorrupt` unless key and image are in canonical form and of one item. */
  verify(line: Change): VerifiedLine {
    const { key, image } = line;
    if (image === undefined) {
      this.#parsed(Buffer.concat([openBrace, key, closeBrace]), key);
      return { ...line, digest: nothing, imageBytes: 0 };
    }
    return {
      ...line,
      digest: digestImage(image),
      imageBytes: this.#scanned(line, image) ?? this.#sizeOf(image, key),
    };
  }

  /** The size of an item of plain text that is right; undefined: it must be looked at the ordinary way. */
  #scanned({ key }: Change, image: Buffer): number | undefined {
    if (!isUtf8(image)) return undefined;
    try {
      this.#scanner.start(image);
      const { image: encodeCanonical, keyLength, bytes } = this.#scanner.item();
      const isSame = encodeCanonical.equals(image) && encodeCanonical.subarray(1, 1 + keyLength).equals(key);
      return isSame ? bytes : undefined;
    } catch (error) {
      if (error === notPlain) return undefined;
      throw error;
    }
  }

  #sizeOf(image: Buffer, key: Buffer): number {
    const item = this.#parsed(image, key);
    if (!encodeCanonical(() => canonicalItem(item, this.#keyNames)).equals(image))
      throw corruptError('an item is not in canonical form');
    return itemSize(item);
  }

  #parsed(json: Buffer, key: Buffer): Item {
    const item = parseItem(json);
    if (!encodeCanonical(() => canonicalKey(item, this.#keyNames)).equals(key))
      throw corruptError('a key is not that of its item, or not in canonical form');
    return item;
  }
}

// Neither a parser's error nor its cause may be told: they quote the text.
function parseItem(json: Buffer): Item {
  try {
    return parseJson(json.toString()) as Item;
  } catch {
    throw corruptError('an item is not JSON');
  }
}

function encodeCanonical(text: () => string): Buffer {
  try {
    return Buffer.from(text());
  } catch {
    throw corruptError('an item is no DynamoDB item');
  }
}
