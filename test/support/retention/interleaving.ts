import { AsyncLocalStorage } from 'node:async_hooks';

interface Waiting {
  readonly actor: string;
  readonly go: () => Promise<unknown>;
}

/**
 * Runs actors concurrently, one of their calls at a time: each call waits until it is chosen. An actor may make
 * far fewer calls than the others, like a slow Lambda function. The same seed makes the same choices.
 */
export class Interleaving {
  readonly #actor = new AsyncLocalStorage<string>();
  readonly #waiting: Waiting[] = [];
  readonly #weights = new Map<string, number>();
  #random: number;
  #changed = Promise.withResolvers<void>();

  constructor(seed: number) {
    this.#random = seed >>> 0;
  }

  /** Makes a call. An actor's call waits until it is chosen; any other call is made at once. */
  call<T>(work: () => Promise<T>): Promise<T> {
    const actor = this.#actor.getStore();
    if (actor === undefined) return work();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ actor, go: () => work().then(resolve, reject) });
      this.#changed.resolve();
    });
  }

  /** Runs `work` without interleaving its calls. */
  aside<T>(work: () => Promise<T>): Promise<T> {
    return this.#actor.exit(work);
  }

  /** Picks a whole number below `count`. */
  below(count: number): number {
    this.#random = (Math.imul(this.#random, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((this.#random / 2 ** 32) * count);
  }

  /** Resolves when all actors have ended; rejects with the first one's error. */
  async run(actors: Readonly<Record<string, () => Promise<void>>>): Promise<void> {
    const active = new Set(Object.keys(actors));
    const ended = Object.entries(actors).map(async ([name, work]) => {
      try {
        await this.#actor.run(name, work);
        active.delete(name);
      } catch (error) {
        // The first error ends the run without waiting for the other actors.
        active.clear();
        throw error;
      } finally {
        this.#changed.resolve();
      }
    });
    const all = Promise.all(ended);
    // The rejection is handled by `await all` below.
    all.catch(() => {});
    while (active.size > 0) {
      await this.#waitForAll(active);
      await this.#choose(active)?.go();
    }
    await all;
  }

  /** Waits until each actor has reached its next call or its end, so that their speed does not affect the choice. */
  async #waitForAll(active: ReadonlySet<string>): Promise<void> {
    const waits = (name: string) => this.#waiting.some(({ actor }) => actor === name);
    while (![...active].every(waits)) {
      this.#changed = Promise.withResolvers();
      await this.#changed.promise;
    }
  }

  #choose(active: ReadonlySet<string>): Waiting | undefined {
    // Prefers another actor from time to time.
    if (this.below(30) === 0) this.#weights.clear();
    const weighed = [...active].map((name) => {
      const weight = this.#weights.get(name) ?? [1, 8, 64, 512][this.below(4)] ?? 1;
      this.#weights.set(name, weight);
      return { name, weight };
    });
    let rest = this.below(weighed.reduce((sum, { weight }) => sum + weight, 0));
    const chosen = weighed.find(({ weight }) => (rest -= weight) < 0)?.name;
    const index = this.#waiting.findIndex(({ actor }) => actor === chosen);
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}
