import { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { ScheduleConfig } from '../config/tidemark-config.ts';
import { namePart } from '../tables/table-patterns.ts';
import { letStart } from '../workflow/machine.ts';
import type { WorkflowProps } from '../workflow/machine.ts';

export type BackupSchedulesProps = Pick<WorkflowProps, 'catalog' | 'tables' | 'settings'> & {
  readonly schedules: readonly ScheduleConfig[];
  readonly machine: StateMachine;
};

/** Backups by the clock: one schedule for each entry and table, all calling one function. */
export class BackupSchedules extends Construct {
  readonly handler: TidemarkFunction;
  private readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: BackupSchedulesProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'schedule', settings: props.settings });
    props.catalog.grantReadWrite(this.handler);
    props.tables.grant(
      this.handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
    );
    if (props.schedules.some(({ source }) => source === 'native')) {
      props.tables.grant(this.handler, 'dynamodb:CreateBackup');
    }
    letStart(this.handler, 'backup', props.machine.stateMachineArn);

    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    for (const entry of props.schedules) {
      for (const table of entry.tables) this.schedule(entry, table);
    }
  }

  private schedule(entry: ScheduleConfig, table: string): Schedule {
    return new Schedule(this, `${entry.name}-${namePart(table)}`, {
      schedule: ScheduleExpression.expression(entry.expression, TimeZone.of(entry.timeZone ?? 'Etc/UTC')),
      scheduleGroup: this.group,
      target: new LambdaInvoke(this.handler, {
        // Delivered at least once, each attempt with an execution id of its own: what a repeat has in common with the
        // first delivery is the time that it is for.
        input: ScheduleTargetInput.fromObject({
          schedule: entry.name,
          table: namePart(table),
          ...(entry.keepDays !== undefined && { keepDays: entry.keepDays }),
          ...(entry.source !== undefined && { source: entry.source }),
          scheduledTime: ContextAttribute.scheduledTime,
        }),
        // A backup that could not be asked for in an hour is not what the schedule meant.
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}
