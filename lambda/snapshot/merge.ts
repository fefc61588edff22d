import { compareKeyed, type Keyed } from './change.ts';
import { defaultLimits } from './limits.ts';

/**
 * Merges sorted sources into one sorted sequence of batches. Entries of one key are combined pairwise, in the order
 * of the sources. Each source must be sorted by `compareKeyed` and hold a key once.
 */
export async function* mergeSorted<T extends Keyed>(
  sources: readonly AsyncIterable<readonly T[]>[],
  combine: (earlier: T, later: T) => T,
  batchEntries: number = defaultLimits.batchEntries,
): AsyncGenerator<T[]> {
  const cursors = sources.map((source) => new Cursor(source));
  try {
    for (const cursor of cursors) await cursor.advance();
    let batch: T[] = [];
    for (;;) {
      const least = smallest(cursors);
      if (least === undefined) break;
      let merged: T | undefined;
      for (const cursor of cursors) {
        const entry = cursor.current;
        if (entry === undefined || compareKeyed(entry, least) !== 0) continue;
        merged = merged === undefined ? entry : combine(merged, entry);
        if (!cursor.step()) await cursor.advance();
      }
      batch.push(merged ?? least);
      if (batch.length === batchEntries) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

function smallest<T extends Keyed>(cursors: readonly Cursor<T>[]): T | undefined {
  let least: T | undefined;
  for (const { current } of cursors) {
    if (current !== undefined && (least === undefined || compareKeyed(current, least) < 0)) least = current;
  }
  return least;
}

/** A place in a sequence of batches; stepping inside a batch needs no await. */
class Cursor<T> {
  current: T | undefined;
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

  /** Moves to the first entry of the next batch that has one; `current` is undefined at the end. */
  async advance(): Promise<void> {
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

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}
