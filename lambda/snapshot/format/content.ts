import type { Item } from '../../item/attribute-value.ts';
import { parseJson } from '../../item/parse-json.ts';
import { measureItem } from '../../item/size.ts';
import { DigestSum, digestImage } from './digest.ts';

/** The counts and the digest of a set of items. */
export interface Content {
  readonly items: number;
  /** The sum of DynamoDB's item sizes. */
  readonly bytes: number;
  /** 32 hex digits: docs/format.md, section 4. */
  readonly digest: string;
}

/** Parses an item in canonical form and computes DynamoDB's size of it. */
export function measureImage(image: Buffer): number {
  return measureItem(parseJson(image.toString()) as Item);
}

/** A running count and digest of items that are added and removed. */
export class ContentSum {
  items = 0;
  bytes = 0;
  readonly digest = new DigestSum();

  add(image: Buffer, imageBytes: number = measureImage(image)): void {
    this.items++;
    this.bytes += imageBytes;
    this.digest.add(digestImage(image));
  }

  remove(image: Buffer): void {
    this.items--;
    this.bytes -= measureImage(image);
    this.digest.subtract(digestImage(image));
  }

  addContent(content: Content): void {
    this.items += content.items;
    this.bytes += content.bytes;
    this.digest.addHex(content.digest);
  }

  toContent(): Content {
    return { items: this.items, bytes: this.bytes, digest: this.digest.toHex() };
  }
}

/** Adds up contents, for example those of all partitions of a snapshot. */
export function sumContents(contents: Iterable<Content>): Content {
  const sum = new ContentSum();
  for (const content of contents) sum.addContent(content);
  return sum.toContent();
}
