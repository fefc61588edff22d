import { StateMachine } from 'aws-local-stepfunctions';
import type { Executions, Machine, Job } from '../lambda/jobs/job.ts';
import { runStep, type Step } from '../lambda/handlers/compose/run-step.ts';
import type { BackupId } from '../lambda/model/ids.ts';
import { backupTasks, restoreTasks, type TaskHandler } from '../lambda/jobs/states.ts';
import { findDefinition } from './definitions.ts';
import { RecentNames } from './recent-names.ts';
import { steps } from './steps.ts';
import { waitFor } from './wait-for.ts';
import type { Services } from '../lambda/services/services.ts';

export interface LocalExecutions extends Executions {
  /**
   * True once the current execution of a backup has read all that it needs of its table. A backup that starts over reads it
   * again.
   */
  readonly hasRead: (backup: BackupId) => boolean;
  /** Resolves when no execution runs. Throws an `Error` if some still run after `maxMs`. */
  idle(maxMs?: number): Promise<void>;
  /** Stops all executions as a crash would: steps in progress finish, no others follow, and nothing can be started. */
  stop(): void;
}

export interface LocalOptions {
  /** Returns the services for a step. A function, because the services contain these executions. */
  readonly services: () => Services;
  /** How long a machine waits, on the services' clock, before it repeats a step. It replaces the step's `waitSeconds`. */
  readonly waitMs: number;
  /** How long a machine waits before it retries a failed step. It replaces the time in the definition. */
  readonly retryMs: number;
  /** Runs each step, so that a test can repeat, delay or kill it. */
  readonly around?: (handler: TaskHandler, input: object, run: () => Promise<object>) => Promise<object>;
}

/** How long `idle` waits for executions by default, in real time. */
const maxIdleMs = 10 * 60_000;

/**
 * The names of so many ended executions are remembered. Whoever starts an execution again, or asks for its state, does so
 * within a day.
 */
const maxEnded = 100_000;

interface Running {
  readonly abort: () => void;
  readonly ended: Promise<void>;
}

const tasksOf: Record<Machine, Readonly<Record<string, TaskHandler>>> = {
  backup: backupTasks,
  restore: restoreTasks,
};

/** Runs the state machines in this process: interprets their definitions, and calls the steps as functions. */
export function createLocalExecutions(options: LocalOptions): LocalExecutions {
  const running = new Map<string, Running>();
  const ended = new RecentNames(maxEnded);
  const read = new Set<BackupId>();
  let stopped = false;
  const machines = {
    backup: createMachine(options, 'backup', read),
    restore: createMachine(options, 'restore', read),
  };
  const run = (machine: Machine, input: { readonly job: Job }, name: string): void => {
    const execution = machines[machine](input);
    const finished = execution.result
      // A failed execution has recorded its reason in the catalog. Here it only ends.
      .catch(() => undefined)
      .then(() => {
        running.delete(name);
        ended.add(name);
        if (input.job.machine === 'backup') read.delete(input.job.id);
      });
    running.set(name, { abort: execution.abort, ended: finished });
  };
  return {
    hasRead: (backup) => read.has(backup),
    async start(job) {
      const name = `${job.machine}/${job.execution}`;
      if (!stopped && !running.has(name) && !ended.has(name)) run(job.machine, { job }, name);
    },
    async state(machine, execution) {
      const name = `${machine}/${execution}`;
      if (running.has(name)) return 'running';
      return ended.has(name) ? 'ended' : 'absent';
    },
    async idle(maxMs = maxIdleMs) {
      const end = Date.now() + maxMs;
      while (running.size > 0) {
        const ended = Promise.all([...running.values()].map((execution) => execution.ended));
        await waitFor(`the end of ${[...running.keys()].join(', ')}`, ended, Math.max(0, end - Date.now()));
      }
    },
    stop() {
      stopped = true;
      for (const execution of running.values()) execution.abort();
    },
  };
}

/**
 * Creates a function that runs the machine. A test validates the definitions; here that would take 100 to 300 ms.
 */
function createMachine(options: LocalOptions, machine: Machine, read: Set<BackupId>) {
  const definition = findDefinition(machine) as ConstructorParameters<typeof StateMachine>[0];
  const interpreted = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const overrides = createOverrides(options, machine, read);
  // As StartExecution does, this passes the input on as JSON.
  return (input: object) =>
    interpreted.run(JSON.parse(JSON.stringify(input)), { noThrowOnAbort: true, overrides });
}

/** Calls the steps in place of their functions, and notes in `read` which backups have read their tables. */
function createOverrides(
  { services, waitMs, retryMs, around }: LocalOptions,
  machine: Machine,
  read: Set<BackupId>,
) {
  const handlers = Object.entries(tasksOf[machine]).map(([state, handler]) => [
    state,
    async (task: { Payload: { job: Job } }) => {
      const step = steps[handler] as Step<{ job: Job }, object>;
      const input = task.Payload;
      const work = (): Promise<object> => runStep(services(), handler, step, input);
      const output = around === undefined ? await work() : await around(handler, input, work);
      noteReading(read, handler, input.job, output);
      // The interpreter's Wait states only know the system's clock, so they are set to take no time.
      if (asksToWait(output)) await services().clock.sleep(waitMs);
      return { Payload: output };
    },
  ]);
  const states = statesOf(findDefinition(machine));
  return {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    waitTimeOverrides: Object.fromEntries(states.filter(isWait).map(([name]) => [name, 0])),
    retryIntervalOverrides: Object.fromEntries(states.filter(isTask).map(([name]) => [name, retryMs])),
  };
}

/** After its step `collect` a backup needs nothing of its table, unless it begins again. */
function noteReading(read: Set<BackupId>, handler: TaskHandler, job: Job, output: object): void {
  if (job.machine !== 'backup') return;
  if (handler === 'begin') read.delete(job.id);
  const isCollected =
    handler === 'collect' && 'status' in output && ['done', 'empty'].includes(String(output.status));
  if (isCollected) read.add(job.id);
}

/** True if a Wait state follows the step. */
function asksToWait(output: object): boolean {
  return 'status' in output && output.status === 'wait';
}

type NamedState = readonly [string, { readonly Type?: string }];

const isWait = ([, state]: NamedState): boolean => state.Type === 'Wait';
const isTask = ([, state]: NamedState): boolean => state.Type === 'Task';

/** All states of a machine, including those inside Maps. */
function statesOf(machine: object): NamedState[] {
  const { States = {} } = machine as { States?: Record<string, { Type?: string; ItemProcessor?: object }> };
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}
