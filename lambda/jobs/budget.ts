import type { Clock } from '../runtime/clock.ts';
import type { Keyed } from '../snapshot/format/change.ts';

/** An invocation's time: the smaller of what is configured and what its Lambda has left, less a reserve. */
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
 * Hands sorted batches on until the time is spent, then ends where the hash changes (keys of one hash stay together)
 * and says from which hash on the next invocation continues. The first batch always passes, so that each gets on.
 */
export async function* takeUntilSpent<T extends Keyed>(
  batches: AsyncIterable<readonly T[]>,
  budget: Budget,
  continueAt: (hash: bigint) => void,
): AsyncGenerator<readonly T[]> {
  let last: bigint | undefined;
  let spent = false;
  for await (const batch of batches) {
    spent ||= last !== undefined && budget.isSpent();
    const end = spent ? batch.findIndex((entry) => entry.hash !== last) : -1;
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
