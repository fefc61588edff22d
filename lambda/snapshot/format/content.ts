import type { Item } from '../../item/attribute-value.ts';
import { parseJson } from '../../item/parse-json.ts';
import { itemSize } from '../../item/size.ts';
import { DigestSum, digestImage } from './digest.ts';

/** Counts and digest of some items. `bytes` is DynamoDB's item size. */
export interface Content {
  readonly items: number;
  readonly bytes: number;
  /** 32 hex digits (docs/format.md, section 4). */
  readonly digest: string;
}

/** The item size of a canonical image. */
export function measureImage(image: Buffer): number {
  return itemSize(parseJson(image.toString()) as Item);
}

/** A sum over items that come and go. */
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

/** The contents together. */
export function sumContents(contents: Iterable<Content>): Content {
  const sum = new ContentSum();
  for (const content of contents) sum.addContent(content);
  return sum.toContent();
}
