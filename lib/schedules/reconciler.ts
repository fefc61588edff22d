import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';
import { grantRemoval } from '../workflow/restore-rights.ts';

export interface ReconcilerProps extends StackParts {
  readonly machines: Machines;
}

/** Finishes, every five minutes, the jobs that a crash left unfinished, and deletes expired backups. */
export class Reconciler extends Construct {
  readonly handler: TidemarkFunction;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    const { catalog, store, tables, settings } = props;
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'reconcile', settings });
    catalog.grantReadWriteRestores(this.handler);
    store.grantRead(this.handler, 'staging');
    // For the backups that move a head.
    store.grantSinkCheck(this.handler);
    // Members of sets are checked before their backups are requested.
    tables.grant(
      this.handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
    );
    tables.grantStreams(this.handler, 'dynamodb:DescribeStream');
    // For DynamoDB's own backups.
    tables.grant(this.handler, 'dynamodb:CreateBackup');
    tables.grantBackups(this.handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    tables.grantListBackups(this.handler);
    // Lets the reconciler delete the table of an abandoned restore.
    grantRemoval(this.handler, props);
    for (const machine of ['backup', 'restore'] as const) {
      letStart(this.handler, machine, props.machines[machine].stateMachineArn);
      props.machines[machine].grantExecution(this.handler, 'states:DescribeExecution');
    }
    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(Duration.minutes(5)),
      // The next call comes in five minutes anyway.
      target: new LambdaInvoke(this.handler, { retryAttempts: 0 }),
    });
  }
}
