import type { Outcome } from './simulate.ts';

/** Counts the outcomes of many seeds. */
export class Summary {
  failed = 0;
  #seeds = 0;
  #events = 0;
  #backups = 0;
  #restores = 0;
  readonly #faults: Record<string, number> = {};
  readonly #started = performance.now();

  /** Adds a seed's outcome. Prints a failure at once, with the command that repeats it. */
  add({ seed, failure, events, checked, faults }: Outcome): void {
    this.#seeds++;
    this.#events += events;
    this.#backups += checked.backups;
    this.#restores += checked.restores;
    for (const [fault, count] of Object.entries(faults))
      this.#faults[fault] = (this.#faults[fault] ?? 0) + count;
    if (failure === undefined) return;
    this.failed++;
    console.log(
      `seed ${seed} failed: ${failure}\nSee it again: npm run simulate -- --seed ${seed} --log events.log`,
    );
  }

  toString(): string {
    const seconds = (performance.now() - this.#started) / 1000;
    const faults = Object.entries(this.#faults)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([fault, count]) => `${fault} ${count}`);
    return [
      `${this.#seeds} seeds, ${this.failed} failed; ${(seconds / this.#seeds).toFixed(2)} s and ` +
        `${Math.round(this.#events / this.#seeds)} events each`,
      `${this.#backups} backups and ${this.#restores} restores were compared with the model`,
      `faults: ${faults.join(', ') || 'none'}`,
    ].join('\n');
  }
}
