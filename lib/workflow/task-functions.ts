import type { Construct } from 'constructs';
import type { TaskHandler } from '../../lambda/jobs/states.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { FunctionSettings } from '../functions/tidemark-function.ts';

/** One function for each Task state, by the state's name. */
export type TaskFunctions<Name extends string> = Readonly<Record<Name, TidemarkFunction>>;

/** Makes the functions of a machine's tasks; they have no rights yet. */
export function taskFunctions<Name extends string>(
  scope: Construct,
  tasks: Readonly<Record<Name, TaskHandler>>,
  settings: FunctionSettings,
): TaskFunctions<Name>;
export function taskFunctions(
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
