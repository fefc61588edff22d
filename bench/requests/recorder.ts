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

/** Longer than it takes to send calls one after the other that do not wait for each other. */
const leastMs = 25;

/** Sees what a piece of work calls, and not what goes on beside it. Each call lasts long enough to be told from the next. */
export class Recorder {
  readonly #running = new AsyncLocalStorage<Call[]>();

  async callsOf(work: () => Promise<unknown>): Promise<Call[]> {
    const calls: Call[] = [];
    await this.#running.run(calls, work);
    return calls;
  }

  /** Attempts are counted, not commands: a repeated one costs as much. */
  watch(client: DynamoDBClient): void {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) =>
          this.#recorded(commandName.replace(/Command$/, ''), () => next(args)),
      { step: 'finalizeRequest', name: 'recorded' },
    );
  }

  executions(executions: Executions): Executions {
    return {
      // What the execution itself calls is not the request's.
      start: (...args) =>
        this.#recorded('StartExecution', () => this.#running.exit(() => executions.start(...args))),
      state: (...args) => this.#recorded('DescribeExecution', () => executions.state(...args)),
    };
  }

  /** The reads of a store: each is one call of S3. */
  store(store: ObjectStore): ObjectStore {
    return {
      ...store,
      get: (key) => this.#recorded('GetObject', () => store.get(key)),
      getRange: (...args) => this.#recorded('GetObject', () => store.getRange(...args)),
    };
  }

  async #recorded<T>(name: string, call: () => Promise<T>): Promise<T> {
    const calls = this.#running.getStore();
    if (calls === undefined) return call();
    const from = performance.now();
    try {
      const [result] = await Promise.all([call(), sleep(leastMs)]);
      return result;
    } finally {
      calls.push({ name, from, to: performance.now() });
    }
  }
}

/** The calls' names by rounds: a call is in the first round in which no call is that it came after. */
export function roundsOf(calls: readonly Call[]): string[][] {
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
