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

/** Retries while Lambda is at its concurrency limit or has a fault. Such faults pass within half an hour. */
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

/** Retries every other failure: every step may run twice. */
const retry: RetryProps = {
  errors: ['States.ALL'],
  maxAttempts: 4,
  interval: Duration.seconds(2),
  backoffRate: 2,
  jitterStrategy: JitterType.FULL,
};

/** The path in the state at which a caught failure is stored, as `{Error, Cause}`. */
export const failurePath = '$.failure';

/** Creates a Task that calls the function with these members of the state. The answer becomes the state. */
export function invoke(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  ...members: string[]
): LambdaInvoke {
  return invokeWith(scope, name, lambdaFunction, members, { outputPath: '$.Payload' });
}

/** Creates a Task like `invoke` that keeps the state and adds the function's answer to it, at `$.<member>.answer`. */
export function invokeKeepingState(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  members: string[],
  member: string,
): LambdaInvoke {
  return invokeWith(scope, name, lambdaFunction, members, {
    resultSelector: { 'answer.$': '$.Payload' },
    resultPath: `$.${member}`,
  });
}

function invokeWith(
  scope: Construct,
  name: string,
  lambdaFunction: IFunction,
  members: readonly string[],
  answer: Pick<LambdaInvokeJsonPathProps, 'outputPath' | 'resultSelector' | 'resultPath'>,
): LambdaInvoke {
  const task = LambdaInvoke.jsonPath(scope, name, {
    lambdaFunction,
    payload: TaskInput.fromObject(
      Object.fromEntries(members.map((member) => [member, JsonPath.objectAt(`$.${member}`)])),
    ),
    // Longer than a function may run. Without this, an interpreter may apply the language's default of one minute.
    taskTimeout: Timeout.duration(Duration.minutes(16)),
    // The retries added below cover these errors, for all tasks alike.
    retryOnServiceExceptions: false,
    ...answer,
  });
  task.addRetry(patientRetry);
  task.addRetry(retry);
  return task;
}

/** Creates a Choice that continues with the state of the answer's status, or with `otherwise` for any other status. */
export function chooseByStatus(
  scope: Construct,
  name: string,
  nextByStatus: Readonly<Record<string, IChainable>>,
  otherwise: IChainable,
  statusPath = '$.status',
): Choice {
  const choice = Choice.jsonPath(scope, name);
  for (const [status, next] of Object.entries(nextByStatus))
    choice.when(Condition.stringEquals(statusPath, status), next);
  return choice.otherwise(otherwise);
}

/** Creates a Wait for the seconds in the answer, after which `next` follows. */
export function waitThen(
  scope: Construct,
  name: string,
  next: IChainable,
  secondsPath = '$.waitSeconds',
): IChainable {
  return Wait.jsonPath(scope, name, { time: WaitTime.secondsPath(secondsPath) }).next(next);
}

/** A state whose failures can be caught. */
type CatchingState = State &
  INextable & { addCatch(handler: IChainable, props: { resultPath: string }): unknown };

/** Continues with `handler` after any failure of the states. It gets the input of the state that failed, and the failure. */
export function catchAll(handler: IChainable, ...states: readonly CatchingState[]): void {
  for (const state of states) state.addCatch(handler, { resultPath: failurePath });
}
