import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ObjectStore } from '../../lambda/storage/object-store.ts';
import type { Executions } from '../../lambda/jobs/job.ts';

/** One call of an AWS service, in milliseconds of `performance.now()`. */
export interface Call {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The minimum time of a call, in ms: longer than it takes to send several calls that do not wait for each other. */
const minMs = 25;

/** Records the calls that a piece of work makes, but not those of concurrent work. */
export class Recorder {
  readonly #running = new AsyncLocalStorage<Call[]>();

  /** Does a piece of work and returns its calls. */
  async record(work: () => Promise<unknown>): Promise<Call[]> {
    const calls: Call[] = [];
    await this.#running.run(calls, work);
    return calls;
  }

  /** Records the calls of a client. It counts attempts, not commands: a retry costs as much. */
  watch(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) =>
          this.#recordCall(commandName.replace(/Command$/, ''), () => next(args)),
      { step: 'finalizeRequest', name: 'recorded' },
    );
  }

  /** Records the calls of Step Functions. */
  watchExecutions(executions: Executions): Executions {
    return {
      // Leaves out the calls of the execution itself, which are not the request's.
      start: (...args) =>
        this.#recordCall('StartExecution', () => this.#running.exit(() => executions.start(...args))),
      state: (...args) => this.#recordCall('DescribeExecution', () => executions.state(...args)),
    };
  }

  /** Records the reads of a store. Each is one call of S3. */
  watchStore(store: ObjectStore): ObjectStore {
    return {
      ...store,
      get: (key) => this.#recordCall('GetObject', () => store.get(key)),
      getRange: (...args) => this.#recordCall('GetObject', () => store.getRange(...args)),
    };
  }

  async #recordCall<T>(name: string, call: () => Promise<T>): Promise<T> {
    const calls = this.#running.getStore();
    if (calls === undefined) return call();
    const from = performance.now();
    try {
      const [result] = await Promise.all([call(), sleep(minMs)]);
      return result;
    } finally {
      calls.push({ name, from, to: performance.now() });
    }
  }
}

/** Groups calls by rounds. A call is in the round after the last call that ended before it began. */
export function groupRounds(calls: readonly Call[]): string[][] {
  const rounds: string[][] = [];
  const roundOf = new Map<Call, number>();
  for (const call of calls.toSorted((a, b) => a.from - b.from)) {
    const before = [...roundOf].filter(([{ to }]) => to <= call.from).map(([, round]) => round + 1);
    const round = Math.max(0, ...before);
    roundOf.set(call, round);
    (rounds[round] ??= []).push(call.name);
  }
  return rounds;
}
