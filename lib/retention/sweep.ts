import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { WorkflowProps } from '../workflow/machine.ts';

export type SweepProps = Pick<WorkflowProps, 'catalog' | 'store' | 'settings'>;

/** Called every day: deletes what nothing in the store refers to any more. The only function that may delete objects. */
export class Sweep extends Construct {
  readonly handler: TidemarkFunction;
  readonly schedule: Schedule;

  constructor(scope: Construct, id: string, { catalog, store, settings }: SweepProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'sweep', settings });
    catalog.grantSweep(this.handler);
    store.grantSweep(this.handler);
    this.schedule = new Schedule(this, 'Schedule', {
      schedule: ScheduleExpression.rate(Duration.days(1)),
      // What one sweep leaves, the next one takes.
      target: new LambdaInvoke(this.handler, { retryAttempts: 0 }),
    });
  }
}
