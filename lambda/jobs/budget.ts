import type { Clock } from '../runtime/clock.ts';
import type { Keyed } from '../snapshot/format/change.ts';

/** The time that one invocation may work, counted from the creation of the budget. */
export class Budget {
  readonly #clock: Clock;
  readonly #end: number;

  constructor(clock: Clock, milliseconds: number) {
    this.#clock = clock;
    this.#end = clock.now() + milliseconds;
  }

  isSpent(): boolean {
    return this.#clock.now() >= this.#end;
  }
}

/**
 * Yields sorted batches until the time is spent. Then it ends where the hash changes, so that keys of one hash stay
 * together, and calls `continueAt` with the hash from which the next invocation continues. The first batch always passes,
 * so that every invocation makes progress.
 */
export async function* takeUntilSpent<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
  budget: Budget,
  continueAt: (hash: bigint) => void,
): AsyncGenerator<readonly T[]> {
  let last: bigint | undefined;
  let isSpent = false;
  for await (const batch of batches) {
    isSpent ||= last !== undefined && budget.isSpent();
    const end = isSpent ? batch.findIndex((entry) => entry.hash !== last) : -1;
    const following = batch[end];
    if (following === undefined) {
      last = batch.at(-1)?.hash ?? last;
      yield batch;
    } else {
      if (end > 0) yield batch.slice(0, end);
      continueAt(following.hash);
      return;
    }
  }
}
