/** How many requests one invocation sends at once: enough to hide their latency. */
const maxRequests = 8;

/** The longest pause, in ms. It is short enough to end within the time that an invocation keeps in reserve. */
const maxPauseMs = 5000;

/**
 * Adapts the number of concurrent requests of one invocation to the pace that the table accepts. Until the first refusal,
 * each accepted request raises the number by one, up to `maxRequests`; later it grows more and more slowly. A refusal halves
 * the number, once for all requests that were sent before the refusal was known. While the table accepts nothing, the pauses
 * before the next request double.
 */
export class WritePace {
  #requests = 2;
  #round = 0;
  #refusals = 0;
  #mustPause = false;

  /** How many requests may run at once. */
  get requests(): number {
    return Math.floor(this.#requests);
  }

  /** The round of a request that is sent now. A refusal that halves the number begins another round. */
  get round(): number {
    return this.#round;
  }

  /** How many refusals in a row have halved the number, without an accepted item between them. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Takes account of the answer to a request of that round: how many items were accepted, and whether any was refused. */
  noteAnswer(round: number, accepted: number, isRefused: boolean): void {
    if (accepted > 0) this.#refusals = 0;
    if (!isRefused) {
      this.#requests = Math.min(maxRequests, this.#requests + (this.#round === 0 ? 1 : 1 / this.#requests));
      this.#mustPause = false;
    } else if (round === this.#round) {
      this.#round++;
      this.#requests = Math.max(1, this.#requests / 2);
      if (accepted === 0) this.#refusals++;
      this.#mustPause = true;
    }
  }

  /** Milliseconds to wait before the next request. `chance` (0 to 1) spreads the requests of many invocations. */
  pauseMs(chance = Math.random()): number {
    return this.#mustPause ? chance * Math.min(maxPauseMs, 50 * 2 ** this.#refusals) : 0;
  }
}
