import type { Clock } from '../../../lambda/runtime/clock.ts';

/**
 * Time that passes only while all work sleeps: then it jumps to the next moment at which a sleeper wakes. For work that
 * awaits nothing but this clock and settled promises.
 */
export class VirtualTime implements Clock {
  #now = 0;
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  readonly now = (): number => this.#now;

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      const at = this.#now + milliseconds;
      const later = this.#sleepers.findIndex((sleeper) => sleeper.at > at);
      this.#sleepers.splice(later === -1 ? this.#sleepers.length : later, 0, { at, wake });
    });

  /** Advances the time until the work has ended. */
  async run<T>(work: Promise<T>): Promise<T> {
    let hasEnded = false;
    const ending = work.finally(() => {
      hasEnded = true;
    });
    ending.catch(() => {});
    for (;;) {
      // Lets all settled promises run first, so that everything possible now happens before time moves.
      await new Promise((resolve) => setImmediate(resolve));
      if (hasEnded) return ending;
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error('the work waits for nothing that this clock knows');
      this.#now = Math.max(this.#now, next.at);
      next.wake();
    }
  }
}
