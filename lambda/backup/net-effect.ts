import { DigestSum, digestImage } from '../snapshot/format/digest.ts';
import { findRangeNumber } from '../snapshot/format/hash-range.ts';
import type { NetChange } from '../snapshot/compact/net-change.ts';
import type { PartitionContent } from './backup-plan.ts';

/**
 * The effect of changes on each partition's content, according to their old images. It is a claim: only the next fold shows
 * whether the old images match the parent's content.
 */
export class NetEffect {
  readonly #partitions: number;
  readonly #sums = new Map<number, { items: number; bytes: number; readonly digest: DigestSum }>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Counts the change; false if it changes nothing. */
  add({ hash, old, image, imageBytes }: NetChange): boolean {
    if (image === undefined && old === undefined) return false;
    const digest = image && digestImage(image);
    if (digest !== undefined && old !== undefined && digest.equals(old.digest)) return false;
    const sum = this.#sumOf(findRangeNumber(hash, this.#partitions));
    if (digest !== undefined) {
      sum.items++;
      sum.bytes += imageBytes;
      sum.digest.add(digest);
    }
    if (old !== undefined) {
      sum.items--;
      sum.bytes -= old.bytes;
      sum.digest.subtract(old.digest);
    }
    return true;
  }

  /** The effect on each partition that was touched. Items and bytes are negative if the partition shrank. */
  toContents(): PartitionContent[] {
    return [...this.#sums].map(([partition, { items, bytes, digest }]) => ({
      partition,
      items,
      bytes,
      digest: digest.toHex(),
    }));
  }

  #sumOf(partition: number): { items: number; bytes: number; readonly digest: DigestSum } {
    const known = this.#sums.get(partition);
    if (known !== undefined) return known;
    const sum = { items: 0, bytes: 0, digest: new DigestSum() };
    this.#sums.set(partition, sum);
    return sum;
  }
}
