import { runStep, type Step } from '../../../lambda/handlers/compose/run-step.ts';
import type { Executions, ExecutionState, Job, Machine as MachineName } from '../../../lambda/jobs/job.ts';
import { backupTasks, restoreTasks, type TaskHandler } from '../../../lambda/jobs/states.ts';
import type { Services } from '../../../lambda/services/services.ts';
import { findDefinition } from '../../../local/definitions.ts';
import { steps } from '../../../local/steps.ts';
import type { Faults } from '../faults.ts';
import type { Network } from '../network.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Functions } from './functions.ts';
import { type Host, interpret, type Machine, MachineError } from './interpreter.ts';
import { maxStaleMs } from './table-plane.ts';

const tasks: Readonly<Record<MachineName, Readonly<Record<string, TaskHandler>>>> = {
  backup: backupTasks,
  restore: restoreTasks,
};

/** The values that the stack gives a step's function. */
const stepTimeoutMs = 15 * 60_000;

interface Execution {
  readonly startedAt: number;
  isRunning: boolean;
}

/** The simulated Step Functions: runs the synthesized machines, whose tasks are the real steps. */
export class StateMachines implements Executions {
  readonly #scheduler: Scheduler;
  readonly #network: Network;
  readonly #faults: Faults;
  readonly #functions: Functions;
  readonly #services: () => Services;
  readonly #executions = new Map<string, Execution>();

  constructor({ scheduler, network, faults, functions }: Parts, services: () => Services) {
    this.#scheduler = scheduler;
    this.#network = network;
    this.#faults = faults;
    this.#functions = functions;
    this.#services = services;
  }

  get running(): number {
    return [...this.#executions.values()].filter(({ isRunning }) => isRunning).length;
  }

  start(job: Job): Promise<void> {
    const name = `${job.machine}/${job.execution}`;
    return this.#network.call('machines', `start ${name}`, () => {
      if (!this.#executions.has(name)) this.#begin(name, job);
    });
  }

  state(machine: MachineName, name: string): Promise<ExecutionState> {
    return this.#network.call('machines', `describe ${machine}/${name}`, () => {
      const execution = this.#executions.get(`${machine}/${name}`);
      const lag = this.#faults.happens('staleTable') ? maxStaleMs : 0;
      if (execution === undefined || execution.startedAt > this.#scheduler.now - lag) return 'absent';
      return execution.isRunning ? 'running' : 'ended';
    });
  }

  #begin(name: string, job: Job): void {
    const execution: Execution = { startedAt: this.#scheduler.now, isRunning: true };
    this.#executions.set(name, execution);
    const end = (outcome: string): void => {
      if (execution.isRunning) this.#scheduler.record(`${name} ${outcome}`);
      execution.isRunning = false;
    };
    if (this.#faults.happens('stop'))
      this.#scheduler.after(this.#scheduler.random.below(60_000), () => end('stopped'));
    const machine = findDefinition(job.machine) as Machine;
    interpret(machine, { job }, this.#host(job.machine, execution)).then(
      () => end('succeeded'),
      (error: unknown) => {
        if (!(error instanceof MachineError)) throw error;
        end(`failed: ${error.name}`);
      },
    );
  }

  #host(machine: MachineName, execution: Execution): Host {
    const { random } = this.#scheduler;
    const whileRunning = <T>(result: Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        result.then(
          (value) => execution.isRunning && resolve(value),
          (error: Error) => execution.isRunning && reject(error),
        );
      });
    return {
      random: () => random.next(),
      wait: (seconds) => whileRunning(this.#scheduler.sleep(seconds * 1000)),
      task: (state, payload) => {
        const handler = tasks[machine][state];
        if (handler === undefined) throw new Error(`${state} is no task`);
        const step = steps[handler] as Step<{ job: Job }, object>;
        const name = `${handler} ${describeTask(payload as { job: Job; task?: number; part?: number })}`;
        return whileRunning(
          this.#functions.invoke({ name, timeoutMs: stepTimeoutMs }, () =>
            runStep(this.#services(), handler, step, payload as { job: Job }),
          ),
        );
      },
    };
  }
}

export interface Parts {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly faults: Faults;
  readonly functions: Functions;
}

function describeTask({ job, task, part }: { job: Job; task?: number; part?: number }): string {
  const range = task === undefined ? '' : ` ${task}.${part}`;
  return `${job.execution}${range}`;
}
