import { DigestSum, digestImage } from '../snapshot/format/digest.ts';
import { formatHash } from '../snapshot/format/hash-range.ts';
import type { SnapshotItem } from '../snapshot/read/read-snapshot.ts';
import type { RangeResult } from './current-restore.ts';

/** An item of the range that must be written, or that was written before an earlier item of the range. */
export interface TrackedItem {
  readonly item: SnapshotItem;
  readonly digest: Buffer;
  isWritten: boolean;
}

/**
 * Tracks which items of a range the table has accepted, so that the next part continues from there and sends none of
 * them again. Items are accepted out of order: a part's result names the first hash that is not finished, and the
 * digests of the items that are written from that hash on.
 */
export class WriteProgress {
  /** In the order of the range. Items before the first unfinished hash are dropped. */
  readonly #tracked: TrackedItem[] = [];
  /** Digests of the items that an earlier part has written and counted. */
  readonly #ahead: Set<string>;
  #items = 0;
  #digest = new DigestSum();

  constructor(ahead: readonly string[] = []) {
    this.#ahead = new Set(ahead);
  }

  /** The number of items since the last result. */
  get items(): number {
    return this.#items;
  }

  /** The number of items from the first unfinished hash on that are written or under way. */
  get span(): number {
    return this.#tracked.length + this.#ahead.size;
  }

  hasUnwritten(): boolean {
    return this.#tracked.some(({ isWritten }) => !isWritten);
  }

  /** Tracks the next item of the range. Returns undefined if an earlier part has written it. */
  track(item: SnapshotItem): TrackedItem | undefined {
    const digest = digestImage(item.image);
    const isWritten = this.#ahead.delete(digest.toString('hex'));
    const tracked = { item, digest, isWritten };
    this.#tracked.push(tracked);
    return isWritten ? undefined : tracked;
  }

  /** Counts items that the table has accepted. */
  markWritten(items: Iterable<TrackedItem>): void {
    for (const tracked of items) {
      tracked.isWritten = true;
      this.#items++;
      this.#digest.add(tracked.digest);
    }
    this.#dropFinished();
  }

  /** Returns what was written since the last result. `isAll`: the range has no further items, and all are written. */
  takeResult(isAll: boolean): RangeResult {
    this.#dropFinished();
    const first = this.#tracked[0];
    const ahead = this.#tracked.filter(({ isWritten }) => isWritten);
    const result = {
      done: isAll,
      items: this.#items,
      digest: this.#digest.toHex(),
      next: isAll || first === undefined ? undefined : formatHash(first.item.hash),
      ...(!isAll && { ahead: [...ahead.map(({ digest }) => digest.toString('hex')), ...this.#ahead] }),
    };
    this.#items = 0;
    this.#digest = new DigestSum();
    return result;
  }

  #dropFinished(): void {
    const first = this.#tracked.find(({ isWritten }) => !isWritten) ?? this.#tracked.at(-1);
    if (first === undefined) return;
    this.#tracked.splice(
      0,
      this.#tracked.findIndex(({ item }) => item.hash === first.item.hash),
    );
  }
}
