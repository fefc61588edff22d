import type { Change } from '../format/change.ts';

/** A cursor over the entries of a sequence of batches. */
export class EntryCursor<T> {
  /** The entry at the cursor. Undefined at the end, and before the first `advance`. */
  current: T | undefined;
  #started = false;
  #batch: readonly T[] = [];
  #next = 0;
  readonly #batches: AsyncIterator<readonly T[]>;

  constructor(source: AsyncIterable<readonly T[]>) {
    this.#batches = source[Symbol.asyncIterator]();
  }

  /** Moves to the next entry of the batch. Returns false if there is none. */
  step(): boolean {
    this.current = this.#batch[this.#next++];
    return this.current !== undefined;
  }

  /** Fetches batches until one has an entry, and moves to that entry. */
  async advance(): Promise<void> {
    this.#started = true;
    for (;;) {
      const result = await this.#batches.next();
      if (result.done === true) {
        this.current = undefined;
        this.#batch = [];
        return;
      }
      this.#batch = result.value;
      this.#next = 0;
      if (this.step()) return;
    }
  }

  /**
   * Takes entries from the cursor on while they are wanted. It stops after the entry that brings their keys and images to
   * more than `maxBytes`.
   */
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
