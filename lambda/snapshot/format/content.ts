import type { Item } from '../../item/attribute-value.ts';
import { parseJson } from '../../item/parse-json.ts';
import { itemSize } from '../../item/size.ts';
import { DigestSum, imageDigest } from './digest.ts';

/** Counts and digest of some items. `bytes` is DynamoDB's item size. */
export interface Content {
  readonly items: number;
  readonly bytes: number;
  /** 32 hex digits (docs/format.md, section 4). */
  readonly digest: string;
}

/** The item size of a canonical image. */
export function imageSize(image: Buffer): number {
  return itemSize(parseJson(image.toString()) as Item);
}

/** A sum over items that come and go. */
export class ContentSum {
  items = 0;
  bytes = 0;
  readonly digest = new DigestSum();

  add(image: Buffer, imageBytes: number = imageSize(image)): void {
    this.items++;
    this.bytes += imageBytes;
    this.digest.add(imageDigest(image));
  }

  remove(image: Buffer): void {
    this.items--;
    this.bytes -= imageSize(image);
    this.digest.subtract(imageDigest(image));
  }

  addContent(content: Content): void {
    this.items += content.items;
    this.bytes += content.bytes;
    this.digest.addHex(content.digest);
  }

  content(): Content {
    return { items: this.items, bytes: this.bytes, digest: this.digest.hex() };
  }
}

/** The contents together. */
export function totalOf(contents: Iterable<Content>): Content {
  const sum = new ContentSum();
  for (const content of contents) sum.addContent(content);
  return sum.content();
}
