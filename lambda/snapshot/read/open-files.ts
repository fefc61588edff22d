import { fromHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/**
 * Keeps one value for each run's file, for a reader that goes up the hash space: created when the reader first opens a run
 * of the file, and dropped after the last range for which a run refers to it. A snapshot may refer to a file for many
 * ranges, and to thousands of files one after another.
 */
export class OpenFiles<T> {
  readonly #create: (run: RunRef) => T;
  readonly #files = new Map<string, T>();
  /** The end of the last range of each file. */
  readonly #ends = new Map<string, bigint>();

  /** `runs` must contain every run that will be opened; `create` returns the value for a file. */
  constructor(runs: Iterable<RunRef>, create: (run: RunRef) => T) {
    this.#create = create;
    for (const { key, range } of runs) {
      const { to } = fromHex(range);
      if (to > (this.#ends.get(key) ?? 0n)) this.#ends.set(key, to);
    }
  }

  /** Returns the value of the run's file, and creates it if there is none. */
  open(run: RunRef): T {
    const known = this.#files.get(run.key);
    if (known !== undefined) return known;
    const file = this.#create(run);
    this.#files.set(run.key, file);
    return file;
  }

  /** Drops the files that no run refers to from `hash` on. */
  closeBelow(hash: bigint): void {
    for (const key of this.#files.keys()) {
      if ((this.#ends.get(key) ?? 0n) <= hash) this.#files.delete(key);
    }
  }
}
