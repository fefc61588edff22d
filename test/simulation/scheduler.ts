import { Random } from './random.ts';

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Called after each event and all its consequences. Throws if an invariant is broken. */
export type Check = () => Promise<void> | void;

/**
 * The only source of time and of order. One event happens at a time: a call arrives, its answer arrives, or a timer
 * fires. Then all its consequences that need no other event happen, and the next event comes. So the run depends only on
 * the events' times, which the seed decides.
 */
export class Scheduler {
  /** The simulated time, epoch ms. */
  now = 1_700_000_000_500;
  readonly random: Random;
  /** The log, with a line for each event. The same seed writes the same log. */
  readonly log: string[] = [];
  /** The number of events so far. */
  events = 0;
  readonly checks: Check[] = [];
  readonly #start = this.now;
  readonly #seed: number;
  /** In descending order: the next event is the last one. */
  readonly #queue: Event[] = [];
  #order = 0;
  #jitters = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.random = new Random(seed);
  }

  /** Schedules `run` for this many milliseconds later. */
  after(milliseconds: number, run: () => void): void {
    const event: Event = { at: this.now + Math.max(0, Math.round(milliseconds)), order: this.#order++, run };
    let low = 0;
    let high = this.#queue.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesBefore(event, this.#queue[middle] as Event)) low = middle + 1;
      else high = middle;
    }
    this.#queue.splice(low, 0, event);
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  /** Writes a line to the log. */
  record(line: string): void {
    this.log.push(`${((this.now - this.#start) / 1000).toFixed(3)} ${line}`);
  }

  /**
   * Replaces `Math.random`. Depends on the number of the event and of the call since, so that other code that calls it
   * between two events changes nothing.
   */
  jitter(): number {
    return new Random(
      this.#seed ^ Math.imul(this.events, 0x9e3779b1) ^ Math.imul(++this.#jitters, 0x85ebca6b),
    ).next();
  }

  /** Runs events until `isDone`. Throws if none is left, or after `maxEvents`. */
  async run(isDone: () => boolean, maxEvents: number): Promise<void> {
    for (let count = 0; !isDone(); count++) {
      const event = this.#queue.pop();
      if (event === undefined)
        throw new Error('no event is scheduled any longer, but not everything has ended');
      if (count === maxEvents) throw new Error(`it does not end within ${maxEvents} events`);
      this.now = Math.max(this.now, event.at);
      this.events++;
      this.#jitters = 0;
      event.run();
      await settle();
      for (const check of this.checks) await check();
    }
  }
}

function comesBefore(a: Event, b: Event): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}

/** Resolves when all promises are settled that can be settled without another event. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
