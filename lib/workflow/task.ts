import { Duration } from 'aws-cdk-lib';
import {
  Condition,
  Choice,
  JitterType,
  JsonPath,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { INextable, IChainable, RetryProps, State } from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { LambdaInvokeJsonPathProps } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

/** Lambda has no room for the function just now, or is ailing: that passes, in a minute or in half an hour. */
const patientRetry: RetryProps = {
  errors: [
    'Lambda.TooManyRequestsException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
  ],
  maxAttempts: 40,
  interval: Duration.seconds(2),
  maxDelay: Duration.minutes(1),
  backoffRate: 2,
  jitterStrategy: JitterType.FULL,
};

/** Every step may run twice, so every failure is worth another try. */
const retry: RetryProps = {
  errors: ['States.ALL'],
  maxAttempts: 4,
  interval: Duration.seconds(2),
  backoffRate: 2,
  jitterStrategy: JitterType.FULL,
};

/** Where the failure that was caught is put: `{Error, Cause}`. */
export const failurePath = '$.failure';

/** Calls the function with the named members of the state; what it answers becomes the state. */
export function invoke(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  ...given: string[]
): LambdaInvoke {
  return invokeWith(scope, name, lambdaFunction, given, { outputPath: '$.Payload' });
}

/** As `invoke`, but the answer is put beside what the state holds, at `$.<member>.answer`. */
export function invokeBeside(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  given: string[],
  member: string,
): LambdaInvoke {
  return invokeWith(scope, name, lambdaFunction, given, {
    resultSelector: { 'answer.$': '$.Payload' },
    resultPath: `$.${member}`,
  });
}

function invokeWith(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  given: readonly string[],
  answer: Pick<LambdaInvokeJsonPathProps, 'outputPath' | 'resultSelector' | 'resultPath'>,
): LambdaInvoke {
  const task = LambdaInvoke.jsonPath(scope, name, {
    lambdaFunction,
    payload: TaskInput.fromObject(
      Object.fromEntries(given.map((member) => [member, JsonPath.objectAt(`$.${member}`)])),
    ),
    // Longer than a function may run. Unset, an interpreter may take the language's own default, a minute.
    taskTimeout: Timeout.duration(Duration.minutes(16)),
    // Ours covers what these would, and is the same everywhere.
    retryOnServiceExceptions: false,
    ...answer,
  });
  task.addRetry(patientRetry);
  task.addRetry(retry);
  return task;
}

/** Goes on by the answer's status. A status that is not in the list goes to `otherwise`. */
export function byStatus(
  scope: Construct,
  name: string,
  ways: Readonly<Record<string, IChainable>>,
  otherwise: IChainable,
  statusPath = '$.status',
): Choice {
  const choice = Choice.jsonPath(scope, name);
  for (const [status, next] of Object.entries(ways))
    choice.when(Condition.stringEquals(statusPath, status), next);
  return choice.otherwise(otherwise);
}

/** Waits as long as the answer asks for and goes on to `next`. */
export function waitThen(
  scope: Construct,
  name: string,
  next: IChainable,
  secondsPath = '$.waitSeconds',
): IChainable {
  return Wait.jsonPath(scope, name, { time: WaitTime.secondsPath(secondsPath) }).next(next);
}

/** A state whose failure is caught. */
type Catching = State & INextable & { addCatch(handler: IChainable, props: { resultPath: string }): unknown };

/** Sends whatever the states throw to `handler`; the state's input is kept, with the failure added. */
export function catchAll(handler: IChainable, ...states: readonly Catching[]): void {
  for (const state of states) state.addCatch(handler, { resultPath: failurePath });
}
