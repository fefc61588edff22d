import { StateMachine } from 'aws-local-stepfunctions';
import type { Executions, Machine, Job } from '../lambda/jobs/job.ts';
import { runStep, type Step } from '../lambda/handlers/compose/run-step.ts';
import { backupTasks, restoreTasks, type TaskHandler } from '../lambda/jobs/states.ts';
import { steps } from './steps.ts';
import type { Services } from '../lambda/services/services.ts';
import type { Definitions } from '../lib/workflow/definitions.ts';

export interface LocalExecutions extends Executions {
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  /** Ends everything that runs, as a crash would: steps that were begun finish, none follows, nothing is started. */
  stop(): void;
}

export interface LocalOptions {
  readonly definitions: Definitions;
  /** The services that steps get; asked for at each step, since they hold these executions. */
  readonly services: () => Services;
  /** How long a machine waits where a step asks it to, instead of the seconds that the step names: on the services' clock. */
  readonly waitMs: number;
  /** How long a machine pauses before it retries a step, instead of what its definition says. */
  readonly retryMs: number;
  /** Runs around each step, for tests that repeat, delay or kill. */
  readonly around?: (handler: TaskHandler, input: object, run: () => Promise<object>) => Promise<object>;
}

interface Running {
  readonly abort: () => void;
  readonly ended: Promise<void>;
}

const tasksOf: Record<Machine, Readonly<Record<string, TaskHandler>>> = {
  backup: backupTasks,
  restore: restoreTasks,
};

/** The state machines' definitions, interpreted in this process; the steps are called as functions. */
export function createLocalExecutions(options: LocalOptions): LocalExecutions {
  const running = new Map<string, Running>();
  const ended = new Set<string>();
  let stopped = false;
  const machines = { backup: createMachine(options, 'backup'), restore: createMachine(options, 'restore') };
  const run = (machine: Machine, input: object, name: string): void => {
    const execution = machines[machine](input);
    const finished = execution.result
      // A failed execution has told its reason to the catalog; here it has just ended.
      .catch(() => undefined)
      .then(() => {
        running.delete(name);
        ended.add(name);
      });
    running.set(name, { abort: execution.abort, ended: finished });
  };
  return {
    async start(job) {
      const name = `${job.machine}/${job.execution}`;
      if (!stopped && !running.has(name) && !ended.has(name)) run(job.machine, { job }, name);
    },
    async state(machine, execution) {
      const name = `${machine}/${execution}`;
      if (running.has(name)) return 'running';
      return ended.has(name) ? 'ended' : 'absent';
    },
    async idle() {
      while (running.size > 0) await Promise.all([...running.values()].map((execution) => execution.ended));
    },
    stop() {
      stopped = true;
      for (const execution of running.values()) execution.abort();
    },
  };
}

/**
 * Interprets the machine. Its definition is not validated again, which takes 100 to 300 ms for both machines: a test of
 * the synthesized definitions does that.
 */
function createMachine(options: LocalOptions, machine: Machine) {
  const definition = options.definitions[machine] as ConstructorParameters<typeof StateMachine>[0];
  const interpreted = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const overrides = overridesFor(options, machine);
  // As StartExecution does, this passes the input on as JSON.
  return (input: object) =>
    interpreted.run(JSON.parse(JSON.stringify(input)), { noThrowOnAbort: true, overrides });
}

function overridesFor({ services, waitMs, retryMs, definitions, around }: LocalOptions, machine: Machine) {
  const handlers = Object.entries(tasksOf[machine]).map(([state, handler]) => [
    state,
    async (task: { Payload: { job: Job } }) => {
      const step = steps[handler] as Step<{ job: Job }, object>;
      const input = task.Payload;
      const work = (): Promise<object> => runStep(services(), handler, step, input);
      const output = around === undefined ? await work() : await around(handler, input, work);
      // The interpreter's Wait states know no clock but the system's, so they take no time.
      if (asksToWait(output)) await services().clock.sleep(waitMs);
      return { Payload: output };
    },
  ]);
  const states = statesOf(definitions[machine]);
  return {
    taskResourceLocalHandlers: Object.fromEntries(handlers),
    waitTimeOverrides: Object.fromEntries(states.filter(isWait).map(([name]) => [name, 0])),
    retryIntervalOverrides: Object.fromEntries(states.filter(isTask).map(([name]) => [name, retryMs])),
  };
}

/** True if a Wait state follows the step. */
function asksToWait(output: object): boolean {
  return 'status' in output && output.status === 'wait';
}

type NamedState = readonly [string, { readonly Type?: string }];

const isWait = ([, state]: NamedState): boolean => state.Type === 'Wait';
const isTask = ([, state]: NamedState): boolean => state.Type === 'Task';

/** All states of a machine, inside Maps too. */
function statesOf(machine: object): NamedState[] {
  const { States = {} } = machine as { States?: Record<string, { Type?: string; ItemProcessor?: object }> };
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}
