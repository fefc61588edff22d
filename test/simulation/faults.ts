import type { Random } from './random.ts';

/** The services that calls go to. */
export type Service = 'catalog' | 'tables' | 'streams' | 'store' | 'machines';

/**
 * Everything that AWS documents as possible, each with how often it happens in a seed that has most of it.
 *
 * - `throttle`, `error`: the call is refused, and has no effect.
 * - `lostAnswer`: the call has its effect, but its caller sees an error or a timeout.
 * - `slow`: the call, or its answer, takes up to two minutes.
 * - `outage`: for up to ten minutes a service refuses every call.
 * - `conflict`: a transaction is cancelled because another one is under way.
 * - `staleIndex`: a query of an index sees rows as they were up to two seconds before.
 * - `staleTable`: DescribeTable and DescribeExecution return a state that is up to three seconds old.
 * - `shortPage`: a query or list answers fewer entries than it could, and has more pages.
 * - `unprocessed`: BatchWriteItem leaves items unprocessed.
 * - `kill`: a function ends in the middle of its work, between two of its calls or during one.
 * - `twin`: the machine takes a function to have failed and calls it again, while the first call still works.
 * - `refusedInvoke`: Lambda refuses to run a function.
 * - `twice`: a schedule, or a client's request, is delivered twice.
 * - `stranger`: somebody makes, changes or deletes a table with the name of a restore's target, or takes its tag away.
 * - `stop`: an execution of a state machine ends in the middle.
 * - `failedImport`: an import ends in the middle; its table stays.
 * - `blur`: an export ends up to a minute before or after the requested time.
 * - `skew`: the clock of a function is up to four seconds fast or slow.
 * - `late`: a record of a stream can be read only seconds after its write.
 * - `emptyPage`: GetRecords answers an empty page before records.
 */
const rates = {
  throttle: 0.1,
  error: 0.03,
  lostAnswer: 0.04,
  slow: 0.02,
  outage: 5,
  conflict: 0.2,
  staleIndex: 0.5,
  staleTable: 0.3,
  shortPage: 0.3,
  unprocessed: 2,
  kill: 0.2,
  twin: 0.2,
  refusedInvoke: 0.2,
  twice: 0.3,
  stranger: 5,
  stop: 0.2,
  skew: 5,
  failedImport: 2,
  blur: 1,
  late: 0.5,
  emptyPage: 0.3,
} as const;

export type Fault = keyof typeof rates;

/** Decides by the seed which faults happen. Each seed has some kinds of them, each at its own rate. */
export class Faults {
  /** How often each kind happened. */
  readonly counts: Partial<Record<Fault, number>> = {};
  /** No faults happen while this is set, so that at the end every job can end. */
  isHealed = false;
  readonly #random: Random;
  readonly #rates: Readonly<Record<Fault, number>>;

  constructor(random: Random) {
    this.#random = random;
    const isQuiet = random.chance(0.1);
    const chosen = Object.entries(rates).map(([fault, rate]) => {
      const share = isQuiet || random.chance(0.4) ? 0 : 10 ** (-1.5 * random.next());
      return [fault, rate * share];
    });
    this.#rates = Object.fromEntries(chosen) as Record<Fault, number>;
  }

  /** The kinds that this seed has. */
  get kinds(): Fault[] {
    return (Object.keys(rates) as Fault[]).filter((fault) => this.#rates[fault] > 0);
  }

  /** True if the fault happens now. Counts the fault if so. */
  happens(fault: Fault): boolean {
    const chosen = this.#random.chance(this.#rates[fault]);
    if (!chosen || this.isHealed) return false;
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return true;
  }
}
