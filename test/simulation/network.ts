import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../../lambda/runtime/clock.ts';
import type { Faults, Service } from './faults.ts';
import type { Scheduler } from './scheduler.ts';
import type { AccountLimits } from './services/account-limits.ts';
import { isRetriedBySdk, ServiceError } from './services/service-error.ts';

/** A caller of services: an invocation of a function, or somebody outside of Tidemark. */
export interface Caller {
  readonly name: string;
  /** By how much the caller's clock is ahead of the others, in ms. */
  readonly skewMs: number;
  /** A dead caller calls nobody, and gets no answer. */
  isDead: boolean;
  /** Called before each call; may kill the caller. */
  readonly onCall?: () => void;
}

/** The SDK's default number of attempts of a call, with pauses that double. */
const maxSends = 3;
const firstPauseMs = 100;

const throttled: Readonly<Record<Service, string>> = {
  catalog: 'ProvisionedThroughputExceededException',
  tables: 'ThrottlingException',
  streams: 'ThrottlingException',
  store: 'SlowDown',
  machines: 'ThrottlingException',
};

/** Carries the calls of callers to services, each with a seeded delay on its way and on the way back, and with faults. */
export class Network {
  /** The limits of the account. @default none */
  limits: AccountLimits | undefined;
  readonly #scheduler: Scheduler;
  readonly #faults: Faults;
  readonly #callers = new AsyncLocalStorage<Caller>();
  readonly #down = new Map<Service, number>();

  constructor(scheduler: Scheduler, faults: Faults) {
    this.#scheduler = scheduler;
    this.#faults = faults;
  }

  /** The clock of the current caller. */
  get clock(): Clock {
    return {
      now: () => this.#scheduler.now + this.#caller().skewMs,
      sleep: (milliseconds) => this.#pause(this.#caller(), milliseconds),
    };
  }

  /** Runs `work` for a caller: all calls that follow from it are this caller's. */
  as<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    return this.#callers.run(caller, work);
  }

  /** Makes a service refuse every call for a time. */
  breakDown(service: Service, milliseconds: number): void {
    this.#down.set(service, this.#scheduler.now + milliseconds);
    this.#scheduler.record(`${service} is down for ${milliseconds} ms`);
  }

  /**
   * Calls a service. `effect` runs at one moment, and its result is the answer. Sends the call again as the SDK does.
   * `what` describes the call in the log.
   */
  async call<T>(service: Service, what: string, effect: () => T): Promise<T> {
    const caller = this.#caller();
    for (let sends = 1; ; sends++) {
      try {
        return await this.#send(caller, service, what, effect);
      } catch (error) {
        if (!isRetriedBySdk(error) || sends === maxSends) throw error;
        await this.#pause(caller, this.#scheduler.random.below(firstPauseMs * 2 ** sends));
      }
    }
  }

  #send<T>(caller: Caller, service: Service, what: string, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (caller.isDead) return;
      const dies = this.#dies(caller);
      // A caller that dies may already have sent its last call.
      if (dies && this.#scheduler.random.chance(0.5)) return;
      this.#scheduler.after(this.#delay(), () => {
        const answer = this.#arrive(caller, service, what, effect);
        this.#scheduler.after(this.#delay(), () => {
          if (caller.isDead) return;
          if ('error' in answer) reject(answer.error);
          else resolve(answer.result);
        });
      });
    });
  }

  #dies(caller: Caller): boolean {
    caller.onCall?.();
    return caller.isDead;
  }

  #arrive<T>(
    caller: Caller,
    service: Service,
    what: string,
    effect: () => T,
  ): { readonly result: T } | { readonly error: unknown } {
    const refusal = this.#refuse(service, what);
    let answer: { readonly result: T } | { readonly error: unknown };
    try {
      if (refusal !== undefined) throw refusal;
      answer = { result: effect() };
    } catch (error) {
      answer = { error };
    }
    if (refusal === undefined && this.#faults.happens('lostAnswer')) {
      answer = { error: new ServiceError('TimeoutError', 'the answer was lost') };
    }
    this.#scheduler.record(
      `${caller.name}: ${service} ${what}${'error' in answer ? ` -> ${nameOf(answer.error)}` : ''}`,
    );
    return answer;
  }

  #refuse(service: Service, what: string): ServiceError | undefined {
    // The names of the commands of streams end so; that of a started execution is another word.
    const call = service === 'machines' ? nameStart(what) : what.replace(/Command$/, '');
    if (this.limits?.refuses(call, this.#scheduler.now) === true)
      return new ServiceError(throttled[service], 'Rate exceeded');
    const isDown = (this.#down.get(service) ?? 0) > this.#scheduler.now && !this.#faults.isHealed;
    if (isDown || this.#faults.happens('error')) return new ServiceError('InternalServerError', 'try again');
    if (this.#faults.happens('throttle')) return new ServiceError(throttled[service], 'too many calls');
    return undefined;
  }

  #delay(): number {
    const { random } = this.#scheduler;
    return this.#faults.happens('slow') ? random.between(1000, 120_000) : random.between(1, 20);
  }

  /** Resolves after the time, unless the caller is dead by then. */
  #pause(caller: Caller, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#scheduler.after(milliseconds, () => {
        if (!caller.isDead) resolve();
      });
    });
  }

  #caller(): Caller {
    const caller = this.#callers.getStore();
    if (caller === undefined) throw new Error('nobody calls');
    return caller;
  }
}

function nameStart(what: string): string {
  return what.startsWith('start ') ? 'StartExecution' : 'DescribeExecution';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error);
}
