import { isUtf8 } from 'node:buffer';
import type { Item, KeyNames } from '../../item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../item/canonical.ts';
import { ItemScanner } from '../../item/item-scanner.ts';
import { parseJson } from '../../item/parse-json.ts';
import { notPlain } from '../../item/scalar-scanner.ts';
import { measureItem } from '../../item/size.ts';
import type { Change } from '../format/change.ts';
import { digestImage } from '../format/digest.ts';
import { corruptError } from '../format/frame.ts';

/** A line that was verified. A tombstone has an empty digest and the size 0. */
export interface VerifiedLine extends Change {
  readonly digest: Buffer;
  readonly imageBytes: number;
}

const noDigest = Buffer.alloc(0);
const openBrace = Buffer.from('{');
const closeBrace = Buffer.from('}');

/** Verifies lines of runs. */
export class LineVerifier {
  readonly #keyNames: KeyNames;
  readonly #scanner: ItemScanner;

  constructor(keyNames: KeyNames) {
    this.#keyNames = keyNames;
    this.#scanner = new ItemScanner(keyNames);
  }

  /** Throws `SnapshotCorrupt` unless key and image are in canonical form and belong to the same item. */
  verify(line: Change): VerifiedLine {
    const { key, image } = line;
    if (image === undefined) {
      this.#parse(Buffer.concat([openBrace, key, closeBrace]), key);
      return { ...line, digest: noDigest, imageBytes: 0 };
    }
    return {
      ...line,
      digest: digestImage(image),
      imageBytes: this.#scan(line, image) ?? this.#measure(image, key),
    };
  }

  /**
   * Measures an image by a fast scan. Returns undefined if the scan cannot prove the image right: then `#measure` must
   * parse it.
   */
  #scan({ key }: Change, image: Buffer): number | undefined {
    if (!isUtf8(image)) return undefined;
    try {
      this.#scanner.start(image);
      const { image: encodeCanonical, keyLength, bytes } = this.#scanner.readItem();
      const isSame = encodeCanonical.equals(image) && encodeCanonical.subarray(1, 1 + keyLength).equals(key);
      return isSame ? bytes : undefined;
    } catch (error) {
      if (error === notPlain) return undefined;
      throw error;
    }
  }

  #measure(image: Buffer, key: Buffer): number {
    const item = this.#parse(image, key);
    if (!encodeCanonical(() => toCanonicalItem(item, this.#keyNames)).equals(image))
      throw corruptError('an item is not in canonical form');
    return measureItem(item);
  }

  #parse(json: Buffer, key: Buffer): Item {
    const item = parseItem(json);
    if (!encodeCanonical(() => toCanonicalKey(item, this.#keyNames)).equals(key))
      throw corruptError('a key differs from that of its item, or is not in canonical form');
    return item;
  }
}

// The errors below leave out the parser's error, even as their cause: it quotes the text of the item.
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
    throw corruptError('an item is not a DynamoDB item');
  }
}
