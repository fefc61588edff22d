import { DistributedMap, JsonPath, Pass, Result, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { chooseByStatus, invoke } from './task.ts';

/** Names of the Map's states, each unique in its machine. */
interface RangeMapNames {
  readonly map: string;
  readonly task: string;
  readonly answered: string;
  readonly done: string;
  readonly failed: string;
}

export interface RangeMapProps {
  readonly names: RangeMapNames;
  /** The function that does the work. It gets `{job, task, part}`, and returns `more` with the next part while work remains. */
  readonly lambdaFunction: IFunction;
  /** How many children run at the same time. */
  readonly maxConcurrency: number;
  /** Name of the member of the state that gets the children's results: one number for each task. */
  readonly results: string;
}

/**
 * Creates a Map with one child for each number in `$.tasks`. A child calls the function again while it returns `more`.
 *
 * A child whose function fails still succeeds, with another number as its result. If it failed, the whole Map would fail: the
 * errors' names would be lost, and so would the work of the other children, which a retry can use. The next step learns from
 * the published results which tasks are done, never from these numbers.
 */
export function createRangeMap(scope: Construct, props: RangeMapProps): DistributedMap {
  const { names } = props;
  const task = invoke(scope, names.task, props.lambdaFunction, 'job', 'task', 'part');
  task.addCatch(createChildEnd(scope, names.failed, -1));
  task.next(chooseByStatus(scope, names.answered, { more: task }, createChildEnd(scope, names.done, 1)));

  const map = DistributedMap.jsonPath(scope, names.map, {
    itemsPath: '$.tasks',
    itemSelector: { job: JsonPath.objectAt('$.job'), task: JsonPath.objectAt('$$.Map.Item.Value'), part: 0 },
    maxConcurrency: props.maxConcurrency,
    // An express child ends after five minutes.
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: `$.${props.results}`,
  });
  return map.itemProcessor(task);
}

/**
 * Creates the state that ends a child. Its result is one number, so that the results of 500 children fit into a state. The
 * number is never 0, because the interpreter of the embedded runtime treats 0 as a missing result.
 */
function createChildEnd(scope: Construct, name: string, value: 1 | -1): Pass {
  return Pass.jsonPath(scope, name, { result: Result.fromNumber(value) });
}
