import type { Faults } from '../faults.ts';
import type { Caller, Network } from '../network.ts';
import type { Scheduler } from '../scheduler.ts';
import { MachineError } from './interpreter.ts';

/** A function that is to die does so at one of its first calls. */
const maxCallsBeforeDeath = 40;

/** A machine that loses track of a function does so within this time after the call. */
const maxLostMs = 20_000;

/** The clocks of two machines differ by less than this. */
const maxSkewMs = 4000;

export interface Invocation {
  readonly name: string;
  /** The maximum time that Lambda lets a function run. */
  readonly timeoutMs: number;
}

/** The simulated Lambda: runs functions, and ends them when their time is over. */
export class Functions {
  /** How many functions are running. */
  running = 0;
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #faults: Faults;
  #count = 0;

  constructor(scheduler: Scheduler, network: Network, faults: Faults) {
    this.#scheduler = scheduler;
    this.#network = network;
    this.#faults = faults;
  }

  /** Runs a function. Rejects with a `MachineError` if the function fails or is killed, or if its caller loses track of it. */
  invoke<T>(invocation: Invocation, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const refused = this.#faults.happens('refusedInvoke');
      this.#scheduler.after(this.#scheduler.random.between(1, 50), () => {
        if (refused) reject(new MachineError('Lambda.TooManyRequestsException', 'Rate Exceeded.'));
        else this.#run(invocation, work, resolve, reject);
      });
    });
  }

  #run<T>(
    { name, timeoutMs }: Invocation,
    work: () => Promise<T>,
    resolve: (value: T) => void,
    reject: (error: MachineError) => void,
  ): void {
    const number = ++this.#count;
    this.running++;
    let calls = 0;
    const lastCall = this.#faults.happens('kill')
      ? this.#scheduler.random.between(1, maxCallsBeforeDeath)
      : Infinity;
    const end = (outcome: string): void => {
      if (caller.isDead) return;
      caller.isDead = true;
      this.running--;
      this.#scheduler.record(`${caller.name}: ${outcome}`);
    };
    const caller: Caller = {
      name: `#${number} ${name}`,
      skewMs: this.#faults.happens('skew') ? this.#scheduler.random.between(-maxSkewMs, maxSkewMs) : 0,
      isDead: false,
      onCall: () => {
        if (++calls < lastCall || caller.isDead) return;
        end('killed');
        reject(new MachineError('Lambda.Unknown', 'the function was killed'));
      },
    };
    this.#scheduler.after(timeoutMs, () => {
      end('timed out');
      reject(new MachineError('Sandbox.Timedout', 'the function timed out'));
    });
    if (this.#faults.happens('twin')) {
      this.#scheduler.after(this.#scheduler.random.below(maxLostMs), () =>
        reject(new MachineError('Lambda.SdkClientException', 'the connection was lost')),
      );
    }
    this.#network.as(caller, work).then(
      (result) => {
        end('done');
        resolve(result);
      },
      (error: Error) => {
        end(`failed: ${error.name}: ${error.message}`);
        reject(new MachineError(error.name, error.message));
      },
    );
  }
}
