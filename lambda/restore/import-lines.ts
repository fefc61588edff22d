import { DigestSum, digestImage } from '../snapshot/format/digest.ts';
import { encodeLine } from '../snapshot/format/line.ts';
import type { SnapshotItem } from '../snapshot/read/read-snapshot.ts';

/** Turns items into lines until `maxBytes` have passed and the hash changes: keys of one hash stay in one part. */
export class ImportLines {
  items = 0;
  readonly digest = new DigestSum();
  /** The first hash of the next part. */
  next: bigint | undefined;
  #bytes = 0;
  #last: bigint | undefined;
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  async *format(batches: AsyncIterable<readonly SnapshotItem[]>): AsyncGenerator<Buffer> {
    for await (const batch of batches) {
      const end = batch.findIndex((item) => !this.#take(item));
      const lines = end === -1 ? batch : batch.slice(0, end);
      yield Buffer.concat(lines.flatMap((item) => encodeLine('base', item)));
      this.next = batch[end]?.hash;
      if (this.next !== undefined) return;
    }
  }

  /** Counts the item. Returns false for an item that belongs to the next part. */
  #take({ hash, image }: SnapshotItem): boolean {
    if (this.#bytes >= this.#maxBytes && hash !== this.#last) return false;
    this.#bytes += image.length;
    this.#last = hash;
    this.items++;
    this.digest.add(digestImage(image));
    return true;
  }
}
