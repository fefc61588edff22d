import type { Operations } from '../../operations/operations.ts';
import type { AccessKey, KeyVerb } from '../access-keys.ts';
import { type Input, type ParameterDescriptions, readInput } from './input.ts';
import type { Parameters } from './parameters.ts';
import type { RdsAnswer } from './render.ts';

/** The context of an action, in addition to its input. */
export interface ActionContext {
  readonly operations: Operations;
  /** The key that signed the request. */
  readonly key: AccessKey;
  /** The AWS region, which takes the place of the RegionId. */
  readonly region: string;
  /** Epoch ms. */
  readonly now: number;
}

/** One action of the API, described once: its parameters, the verb that a key needs for it, and its effect. */
export interface Action {
  readonly name: string;
  readonly verb: KeyVerb;
  /** The purpose of the action, in one sentence. */
  readonly text: string;
  readonly parameters: ParameterDescriptions;
  /** Decodes the parameters, runs the action and returns the members of the answer. Throws `RdsError` and `TidemarkError`. */
  call(context: ActionContext, parameters: Parameters): Promise<RdsAnswer>;
}

interface Description<P extends ParameterDescriptions> extends Omit<Action, 'parameters' | 'call'> {
  readonly parameters: P;
  run(context: ActionContext, input: Input<P>): Promise<RdsAnswer>;
}

/** Creates an action from its description. */
export function createAction<const P extends ParameterDescriptions>(description: Description<P>): Action {
  const { name, verb, text, parameters } = description;
  return {
    name,
    verb,
    text,
    parameters,
    call: async (context, sent) => description.run(context, readInput(parameters, sent)),
  };
}
