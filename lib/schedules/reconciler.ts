import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Machine } from '../../lambda/jobs/job.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import { letStart } from '../workflow/machine.ts';
import type { WorkflowProps } from '../workflow/machine.ts';
import { grantRemoval } from '../workflow/restore-rights.ts';

export type ReconcilerProps = Pick<WorkflowProps, 'catalog' | 'store' | 'tables' | 'settings'> & {
  readonly machines: Readonly<Record<Machine, StateMachine>>;
};

/** Called every five minutes: finishes what a crash has left, deletes what has expired. */
export class Reconciler extends Construct {
  readonly handler: TidemarkFunction;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    const { catalog, store, tables, settings } = props;
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'reconcile', settings });
    catalog.grantReadWrite(this.handler);
    store.grantRead(this.handler, 'staging');
    tables.grant(this.handler, 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive');
    tables.grantStreams(this.handler, 'dynamodb:DescribeStream');
    // For backups of DynamoDB's own.
    tables.grant(this.handler, 'dynamodb:CreateBackup');
    tables.grantBackups(this.handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    tables.grantListBackups(this.handler);
    // For a restore that is given up.
    grantRemoval(this.handler, tables);
    for (const machine of ['backup', 'restore'] as const) {
      letStart(this.handler, machine, props.machines[machine].stateMachineArn);
      props.machines[machine].grantExecution(this.handler, 'states:DescribeExecution');
    }
    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(Duration.minutes(5)),
      // The next call is near.
      target: new LambdaInvoke(this.handler, { retryAttempts: 0 }),
    });
  }
}
