import { ArnFormat, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
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
import type { CatalogTable } from '../catalog/catalog-table.ts';
import type { FunctionSettings, TidemarkFunction } from '../functions/tidemark-function.ts';
import type { SnapshotBucket } from '../store/snapshot-bucket.ts';
import type { UserTables } from '../tables/user-tables.ts';
import { failurePath } from './task.ts';

const machineVariables: Readonly<Record<Machine, string>> = {
  backup: environment.backupMachine,
  restore: environment.restoreMachine,
};

/** What both workflows are built of. */
export interface WorkflowProps {
  readonly catalog: CatalogTable;
  readonly store: SnapshotBucket;
  readonly tables: UserTables;
  readonly settings: FunctionSettings;
  /** Children of one Map that run at the same time. */
  readonly maxConcurrency: number;
}

/**
 * The machine's name, known before the machine: one of its own functions starts it, and could not wait for an ARN
 * that waits for the function. It contains the stack's name, so two stacks do not meet.
 */
function machineName(workflow: Construct): string {
  return Names.uniqueResourceName(workflow, { maxLength: 80, separator: '-' });
}

export function machineArn(workflow: Construct): string {
  return Stack.of(workflow).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: machineName(workflow),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** A machine that logs its errors, without the data of its executions. */
export function stateMachine(
  workflow: Construct,
  definition: IChainable,
  retention: RetentionDays,
): StateMachine {
  return new StateMachine(workflow, 'Machine', {
    stateMachineName: machineName(workflow),
    stateMachineType: StateMachineType.STANDARD,
    definitionBody: DefinitionBody.fromChainable(definition),
    tracingEnabled: true,
    logs: {
      destination: new LogGroup(workflow, 'MachineLogs', { retention, removalPolicy: RemovalPolicy.DESTROY }),
      level: LogLevel.ERROR,
      includeExecutionData: false,
    },
  });
}

/**
 * Where a Choice goes when a function answers a status that the machine does not know. Without it the execution
 * would end at once, leaving its job as it is: that error cannot be caught.
 */
export function answerNotUnderstood(scope: Construct, next: IChainable): IChainable {
  return Pass.jsonPath(scope, 'AnswerNotUnderstood', {
    result: Result.fromObject({
      Error: 'AnswerNotUnderstood',
      Cause: 'A function answered a status that the state machine does not know.',
    }),
    resultPath: failurePath,
  }).next(next);
}

/** Lets the function start executions: the right, and the machine's ARN in the variable. */
export function letStart(lambdaFunction: TidemarkFunction, machine: Machine, stateMachineArn: string): void {
  lambdaFunction.addToRolePolicy(
    new PolicyStatement({ actions: ['states:StartExecution'], resources: [stateMachineArn] }),
  );
  lambdaFunction.addEnvironment(machineVariables[machine], stateMachineArn);
}
