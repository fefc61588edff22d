/*
 * Merge: reads several sorted sources as one sorted sequence.
 *
 *   oldest source    a   .   c   .   e  ┐
 *   newer source     a   b   .   .   e  ├ heap: the smallest current entry on top; for equal keys, the entry of the older source
 *   newest source    .   b   .   d   e  ┘
 *   merged           a   b   c   d   e    entries of one key are combined, oldest first: e = combine(combine(e, e), e)
 *
 * In: sources, oldest first. Each is a sequence of batches, sorted by `compareKeyed`, and has each key once.
 * Out: batches of the same size; only the last one may be smaller, and none is empty.
 * Always holds: the merged sequence is sorted and has each key once. One batch of each open source is in memory: a source
 * is opened when the merge reaches its start, and closed at its end. All sources are closed at the end, even if one fails
 * or the reader stops early.
 */
import { compareKeyed, type Keyed } from '../format/change.ts';
import { defaultLimits } from '../format/limits.ts';
import { EntryCursor } from './entry-cursor.ts';

/**
 * Merges sorted sources, as drawn above. `combine` gets two entries of one key, the older source's first. `starts` has for
 * each source a hash below which it has no entry; a source without a start is opened at once.
 */
export async function* mergeSorted<T extends Keyed>(
  sources: readonly AsyncIterable<readonly T[]>[],
  combine: (earlier: T, later: T) => T,
  batchEntries: number = defaultLimits.batchEntries,
  starts: readonly bigint[] = [],
): AsyncGenerator<T[]> {
  const heap = new SourceHeap(
    sources.map((source) => new EntryCursor(source)),
    starts,
  );
  try {
    let batch: T[] = [];
    for (;;) {
      while (heap.isSourceDue()) await heap.openNext();
      const entry = heap.smallest;
      if (entry === undefined) break;
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
      // Only the end of a source's batch needs an await.
      if (!heap.step()) await heap.advance();
    }
    if (batch.length > 0) yield batch;
  } finally {
    await heap.close();
  }
}

/**
 * The sources as a heap by their current entries: the smallest entry on top; of equal entries, the one of the oldest
 * source.
 */
class SourceHeap<T extends Keyed> {
  readonly #all: readonly EntryCursor<T>[];
  /** The sources that are not open yet, the one with the smallest start last. */
  readonly #waiting: (Source<T> & { readonly start: bigint })[];
  readonly #heap: Source<T>[] = [];

  constructor(sources: readonly EntryCursor<T>[], starts: readonly bigint[]) {
    this.#all = sources;
    this.#waiting = sources
      .map((entries, order) => ({ entries, order, start: starts[order] ?? 0n }))
      .toSorted((a, b) => (a.start < b.start ? 1 : -1));
  }

  get smallest(): T | undefined {
    return this.#heap[0]?.entries.current;
  }

  /** True if a source that is not open may have an entry up to the smallest one. */
  isSourceDue(): boolean {
    const next = this.#waiting.at(-1);
    return next !== undefined && (this.smallest === undefined || next.start <= this.smallest.hash);
  }

  /** Opens the source that starts first. */
  async openNext(): Promise<void> {
    const next = this.#waiting.pop();
    await next?.entries.advance();
    if (next?.entries.current !== undefined) this.#rise(next);
  }

  /** Moves the source on top within its batch. Returns false if it needs its next batch. */
  step(): boolean {
    const [top] = this.#heap;
    if (top !== undefined && !top.entries.step()) return false;
    this.#sink(0);
    return true;
  }

  /** Moves the source on top to its next batch; removes it if there is none. */
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

  /** Adds a source at the end of the heap, and moves it up to its place. */
  #rise(added: Source<T>): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent];
      if (above === undefined || !comesFirst(added, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  /** Moves the source at a position of the heap down to its place. */
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
  /** 0 for the oldest source. */
  readonly order: number;
}

function comesFirst<T extends Keyed>(a: Source<T>, b: Source<T>): boolean {
  const x = a.entries.current;
  const y = b.entries.current;
  if (x === undefined || y === undefined) return y === undefined && x !== undefined;
  const order = compareKeyed(x, y);
  return order === 0 ? a.order < b.order : order < 0;
}
