import type { Construct } from 'constructs';
import type { TaskHandler } from '../../lambda/jobs/states.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { FunctionSettings } from '../functions/tidemark-function.ts';

/** The function of each Task state, by the state's name. */
export type TaskFunctions<Name extends string> = Readonly<Record<Name, TidemarkFunction>>;

/** Creates the functions of a machine's tasks, without rights. */
export function createTaskFunctions<Name extends string>(
  scope: Construct,
  tasks: Readonly<Record<Name, TaskHandler>>,
  settings: FunctionSettings,
): TaskFunctions<Name>;
export function createTaskFunctions(
  scope: Construct,
  tasks: Readonly<Record<string, TaskHandler>>,
  settings: FunctionSettings,
): TaskFunctions<string> {
  return Object.fromEntries(
    Object.entries(tasks).map(([state, handler]) => [
      state,
      new TidemarkFunction(scope, `${state}Function`, { handler, settings }),
    ]),
  );
}
