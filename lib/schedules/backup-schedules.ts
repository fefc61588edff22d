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
import { scheduleSchema } from '../config/schema.ts';
import type { ScheduleConfig } from '../config/tidemark-config.ts';
import { namePart } from '../../lambda/model/table-patterns.ts';
import type { StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';

export interface BackupSchedulesProps extends Pick<StackParts, 'catalog' | 'tables' | 'settings'> {
  readonly schedules: readonly ScheduleConfig[];
  /** The machine that makes backups. */
  readonly machine: StateMachine;
}

/** Backups at set times: one EventBridge schedule for each configured schedule and table, all of which call one function. */
export class BackupSchedules extends Construct {
  readonly handler: TidemarkFunction;
  private readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: BackupSchedulesProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'schedule', settings: props.settings });
    props.catalog.grantBackupRequests(this.handler);
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
      for (const table of entry.tables) this.createSchedule(entry, table);
    }
  }

  private createSchedule(entry: ScheduleConfig, table: string): Schedule {
    return new Schedule(this, `${entry.name}-${namePart(table)}`, {
      schedule: ScheduleExpression.expression(
        entry.expression,
        TimeZone.of(entry.timeZone ?? scheduleSchema.properties.timeZone.default),
      ),
      scheduleGroup: this.group,
      target: new LambdaInvoke(this.handler, {
        // EventBridge delivers at least once, and each attempt has an execution id of its own. Only the scheduled time is
        // the same in a repeated delivery.
        input: ScheduleTargetInput.fromObject({
          schedule: entry.name,
          table: namePart(table),
          ...(entry.keepDays !== undefined && { keepDays: entry.keepDays }),
          ...(entry.source !== undefined && { source: entry.source }),
          scheduledTime: ContextAttribute.scheduledTime,
        }),
        // A request that is an hour late is dropped: its backup would not be of the time that was scheduled.
        maxEventAge: Duration.hours(1),
      }),
    });
  }
}
