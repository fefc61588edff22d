import { fromHex } from '../format/hash-range.ts';
import type { RunRef } from '../format/manifest.ts';

/**
 * What a reader going up the hash space keeps of each run's file, made when it is first met and let go when nothing of
 * the file is left to come: a run may be referred to for many ranges, and thousands of runs one after another.
 */
export class OpenFiles<T> {
  readonly #open: (run: RunRef) => T;
  readonly #files = new Map<string, T>();
  /** Where the last range of each file ends. */
  readonly #ends = new Map<string, bigint>();

  /** `runs` are all that will be asked for. */
  constructor(runs: Iterable<RunRef>, open: (run: RunRef) => T) {
    this.#open = open;
    for (const { key, range } of runs) {
      const { to } = fromHex(range);
      if (to > (this.#ends.get(key) ?? 0n)) this.#ends.set(key, to);
    }
  }

  open(run: RunRef): T {
    const known = this.#files.get(run.key);
    if (known !== undefined) return known;
    const file = this.#open(run);
    this.#files.set(run.key, file);
    return file;
  }

  /** Lets go of the files that have nothing from `hash` on. */
  closeBelow(hash: bigint): void {
    for (const key of this.#files.keys()) {
      if ((this.#ends.get(key) ?? 0n) <= hash) this.#files.delete(key);
    }
  }
}
