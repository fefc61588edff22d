import { Duration } from 'aws-cdk-lib';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { StackParts } from '../stack-parts.ts';

export type SweepProps = Pick<StackParts, 'catalog' | 'store' | 'settings'>;

/** Deletes, every day, the stored objects that nothing refers to any longer. Only its function may delete objects. */
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
      // If a sweep fails, the next day's sweep deletes the rest.
      target: new LambdaInvoke(this.handler, { retryAttempts: 0 }),
    });
  }
}
