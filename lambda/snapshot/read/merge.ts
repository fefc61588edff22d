import { type Change, compareKeyed, type Keyed } from '../format/change.ts';
import { defaultLimits } from '../format/limits.ts';

/**
 * Merges sorted sources into one sorted sequence of batches. Entries of one key are combined pairwise, in the order
 * of the sources. Each source must be sorted by `compareKeyed` and hold a key once.
 */
export async function* mergeSorted<T extends Keyed>(
  sources: readonly AsyncIterable<readonly T[]>[],
  combine: (earlier: T, later: T) => T,
  batchEntries: number = defaultLimits.batchEntries,
): AsyncGenerator<T[]> {
  const heap = new Heap(sources.map((source) => new EntryCursor(source)));
  try {
    await heap.fill();
    let batch: T[] = [];
    for (let entry = heap.smallest; entry !== undefined; entry = heap.smallest) {
      const last = batch.at(-1);
      if (last !== undefined && compareKeyed(last, entry) === 0) {
        batch[batch.length - 1] = combine(last, entry);
      } else {
        if (batch.length >= batchEntries) {
          yield batch;
          batch = [];
        }
        batch.push(entry);
      }
      // Within a batch of a source no await is needed.
      if (!heap.step()) await heap.advance();
    }
    if (batch.length > 0) yield batch;
  } finally {
    await heap.close();
  }
}

/** A place in a sequence of batches. */
export class EntryCursor<T> {
  /** The entry at this place; undefined at the end, and before the first `advance`. */
  current: T | undefined;
  #started = false;
  #batch: readonly T[] = [];
  #next = 0;
  readonly #batches: AsyncIterator<readonly T[]>;

  constructor(source: AsyncIterable<readonly T[]>) {
    this.#batches = source[Symbol.asyncIterator]();
  }

  /** Moves within the batch; false if the batch is used up. */
  step(): boolean {
    this.current = this.#batch[this.#next++];
    return this.current !== undefined;
  }

  /** Moves to the first entry of the next batch that has one. */
  async advance(): Promise<void> {
    this.#started = true;
    for (;;) {
      const result = await this.#batches.next();
      if (result.done === true) {
        this.current = undefined;
        return;
      }
      this.#batch = result.value;
      this.#next = 0;
      if (this.step()) return;
    }
  }

  /** The entries from here on as long as they are wanted, up to so many bytes of keys and images or one more. */
  async takeWhile<C extends T & Pick<Change, 'key' | 'image'>>(
    this: EntryCursor<C>,
    wanted: (entry: C) => boolean,
    maxBytes: number,
  ): Promise<C[]> {
    if (!this.#started) await this.advance();
    const taken: C[] = [];
    let bytes = 0;
    for (let entry = this.current; entry !== undefined && wanted(entry); entry = this.current) {
      if (bytes > maxBytes) break;
      bytes += entry.key.length + (entry.image?.length ?? 0);
      taken.push(entry);
      if (!this.step()) await this.advance();
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The sources by their current entries: the smallest on top; of equal ones the earliest source. */
class Heap<T extends Keyed> {
  readonly #all: readonly EntryCursor<T>[];
  #heap: Source<T>[] = [];

  constructor(sources: readonly EntryCursor<T>[]) {
    this.#all = sources;
  }

  get smallest(): T | undefined {
    return this.#heap[0]?.entries.current;
  }

  async fill(): Promise<void> {
    for (const [order, entries] of this.#all.entries()) {
      await entries.advance();
      if (entries.current !== undefined) this.#heap.push({ entries, order });
    }
    for (let i = (this.#heap.length >>> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  /** Moves the smallest source on within its batch; false if it needs the next one. */
  step(): boolean {
    const [top] = this.#heap;
    if (top !== undefined && !top.entries.step()) return false;
    this.#sink(0);
    return true;
  }

  /** Moves the smallest source to its next batch. */
  async advance(): Promise<void> {
    const [top] = this.#heap;
    await top?.entries.advance();
    if (top?.entries.current === undefined) {
      const last = this.#heap.pop();
      if (last !== undefined && last !== top) this.#heap[0] = last;
    }
    this.#sink(0);
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((entries) => entries.close()));
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const moved = heap[from];
    if (moved === undefined) return;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      let smallest = heap[child];
      const right = heap[child + 1];
      if (smallest !== undefined && right !== undefined && comesFirst(right, smallest)) {
        child++;
        smallest = right;
      }
      if (smallest === undefined || !comesFirst(smallest, moved)) break;
      heap[at] = smallest;
      at = child;
    }
    heap[at] = moved;
  }
}

interface Source<T> {
  readonly entries: EntryCursor<T>;
  readonly order: number;
}

function comesFirst<T extends Keyed>(a: Source<T>, b: Source<T>): boolean {
  const x = a.entries.current;
  const y = b.entries.current;
  if (x === undefined || y === undefined) return y === undefined && x !== undefined;
  const order = compareKeyed(x, y);
  return order === 0 ? a.order < b.order : order < 0;
}
