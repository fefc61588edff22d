import { ArnFormat, Duration, Names, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  DefinitionBody,
  LogLevel,
  Pass,
  Result,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import type { IChainable } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import type { Machine } from '../../lambda/jobs/job.ts';
import type { TidemarkFunction } from '../functions/tidemark-function.ts';
import { allow } from '../rights/allow.ts';
import type { StackParts } from '../stack-parts.ts';
import { failurePath } from './task.ts';

/** Names of the environment variables that hold the machines' ARNs. */
const machineVariables: Readonly<Record<Machine, string>> = {
  backup: environment.backupMachine,
  restore: environment.restoreMachine,
};

/** Props of both workflows. */
export interface WorkflowProps extends StackParts {
  /** How many children of one Map run at the same time. */
  readonly maxConcurrency: number;
}

/**
 * Names the workflow's machine before it exists. A function of the machine starts executions of it: without a fixed name,
 * each of the two would need the other's ARN first. The name contains the stack's name, so the names of two stacks differ.
 */
function nameMachine(workflow: Construct): string {
  return Names.uniqueResourceName(workflow, { maxLength: 80, separator: '-' });
}

/** Builds the ARN of the workflow's machine before the machine exists. */
export function buildMachineArn(workflow: Construct): string {
  return Stack.of(workflow).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: nameMachine(workflow),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/**
 * The maximum time of an execution. The largest tables take days; an execution that takes longer hangs, so the reconciler
 * starts another one or ends the job. A timer of the interpreter takes at most 24 days.
 */
const maxDuration = Duration.days(14);

/** Creates a machine that logs its errors, without the data of its executions. */
export function createMachine(
  workflow: Construct,
  definition: IChainable,
  retention: RetentionDays,
): StateMachine {
  const machine = new StateMachine(workflow, 'Machine', {
    stateMachineName: nameMachine(workflow),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromChainable(definition),
    timeout: maxDuration,
    tracingEnabled: true,
    logs: {
      destination: new LogGroup(workflow, 'MachineLogs', { retention, removalPolicy: RemovalPolicy.DESTROY }),
      level: LogLevel.ERROR,
      includeExecutionData: false,
    },
  });
  Validations.of(machine).acknowledge({
    id: 'AwsSolutions-SF1',
    reason: 'The history of an execution has all its events for 90 days; the log is for its errors.',
  });
  return machine;
}

/**
 * Creates the state to which a Choice goes when a function returns a status that the machine does not know. The state
 * records this as the failure. Without it the execution would end at once and leave its job unfinished, because a machine
 * cannot catch the error of a Choice.
 */
export function createUnknownStatus(scope: Construct, next: IChainable): IChainable {
  return Pass.jsonPath(scope, 'AnswerNotUnderstood', {
    result: Result.fromObject({
      Error: 'AnswerNotUnderstood',
      Cause: 'A function answered a status that the state machine does not know.',
    }),
    resultPath: failurePath,
  }).next(next);
}

/** Lets the function start executions of the machine: adds the right, and the ARN to its environment. */
export function letStart(lambdaFunction: TidemarkFunction, machine: Machine, stateMachineArn: string): void {
  allow(lambdaFunction, ['states:StartExecution'], [stateMachineArn]);
  lambdaFunction.addEnvironment(machineVariables[machine], stateMachineArn);
}
