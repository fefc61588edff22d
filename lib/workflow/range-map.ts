import { DistributedMap, JsonPath, Pass, Result, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { byStatus, invoke } from './task.ts';

/** The names of the states, each unique in its machine. */
interface RangeMapNames {
  readonly map: string;
  readonly task: string;
  readonly answered: string;
  readonly done: string;
  readonly failed: string;
}

export interface RangeMapProps {
  readonly names: RangeMapNames;
  /** Called with `{job, task, part}`; answers `more` with the next part as long as there is work. */
  readonly lambdaFunction: IFunction;
  /** Children that run at the same time. */
  readonly maxConcurrency: number;
  /** Member of the state that takes the children's results: one number for each task. */
  readonly results: string;
}

/**
 * One child for each number in `$.tasks`, each calling the function again while it answers `more`.
 *
 * A child that fails ends well, with another number: error names are lost where a Map fails as a whole, and the
 * others' work is worth keeping for a retry. Which tasks are done is read from what they published, by the next
 * step, never from these numbers.
 */
export function rangeMap(scope: Construct, props: RangeMapProps): DistributedMap {
  const { names } = props;
  const task = invoke(scope, names.task, props.lambdaFunction, 'job', 'task', 'part');
  task.addCatch(childResult(scope, names.failed, -1));
  task.next(byStatus(scope, names.answered, { more: task }, childResult(scope, names.done, 1)));

  const map = DistributedMap.jsonPath(scope, names.map, {
    itemsPath: '$.tasks',
    itemSelector: { job: JsonPath.objectAt('$.job'), task: JsonPath.objectAt('$$.Map.Item.Value'), part: 0 },
    maxConcurrency: props.maxConcurrency,
    // An express child would end after five minutes.
    mapExecutionType: StateMachineType.STANDARD,
    resultPath: `$.${props.results}`,
  });
  return map.itemProcessor(task);
}

/** A child answers one number, so that 500 of them fit into a state. Not 0: the interpreter takes that for no result. */
function childResult(scope: Construct, name: string, value: 1 | -1): Pass {
  return Pass.jsonPath(scope, name, { result: Result.fromNumber(value) });
}
