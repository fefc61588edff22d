import { Duration, RemovalPolicy, TimeZone, Validations } from 'aws-cdk-lib';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import { scheduleSchema } from '../config/entry-schemas.ts';
import type { ScheduleConfig } from '../config/tidemark-config.ts';
import { readTableName } from '../../lambda/model/table-patterns.ts';
import type { StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';

export interface BackupSchedulesProps extends Pick<StackParts, 'catalog' | 'store' | 'tables' | 'settings'> {
  readonly schedules: readonly ScheduleConfig[];
  /** The machine that makes backups. */
  readonly machine: StateMachine;
}

/**
 * Backups at set times: one EventBridge schedule for each entry of `schedules`. All of them call one function, which finds
 * the tables of its schedule and requests their backups.
 */
export class BackupSchedules extends Construct {
  readonly handler: TidemarkFunction;
  /** The deliveries for which backups could not be requested. */
  readonly undelivered: Queue;
  private readonly group: ScheduleGroup;

  constructor(scope: Construct, id: string, props: BackupSchedulesProps) {
    super(scope, id);
    this.handler = new TidemarkFunction(this, 'Handler', { handler: 'schedule', settings: props.settings });
    props.catalog.grantBackupRequests(this.handler);
    props.store.grantSinkCheck(this.handler);
    props.tables.grant(
      this.handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
    );
    if (props.schedules.some(({ source }) => source === 'native')) {
      props.tables.grant(this.handler, 'dynamodb:CreateBackup');
    }
    if (
      props.schedules.some(
        ({ tables, tags }) => tags !== undefined || tables.some((table) => table.includes('*')),
      )
    ) {
      props.tables.grantList(this.handler);
    }
    if (props.schedules.some(({ tags }) => tags !== undefined)) {
      props.tables.grant(this.handler, 'dynamodb:ListTagsOfResource');
    }
    letStart(this.handler, 'backup', props.machine.stateMachineArn);

    this.group = new ScheduleGroup(this, 'Group', { removalPolicy: RemovalPolicy.DESTROY });
    this.undelivered = createQueue(this);
    // Lambda invokes the function three times in all, minutes apart, before it gives a delivery up.
    this.handler.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: maxAge,
      onFailure: new SqsDestination(this.undelivered),
    });
    for (const entry of props.schedules) this.createSchedule(entry);
  }

  private createSchedule(entry: ScheduleConfig): Schedule {
    const { name, tables, tags, keepDays, source, sink, windowMinutes } = entry;
    return new Schedule(this, name, {
      description: `Tidemark: backups of ${describeTables(entry)}`,
      schedule: ScheduleExpression.expression(
        entry.expression,
        TimeZone.of(entry.timeZone ?? scheduleSchema.properties.timeZone.default),
      ),
      timeWindow:
        windowMinutes === undefined ? TimeWindow.off() : TimeWindow.flexible(Duration.minutes(windowMinutes)),
      scheduleGroup: this.group,
      target: new LambdaInvoke(this.handler, {
        // EventBridge delivers at least once, and each attempt has an execution id of its own. Only the scheduled time is
        // the same in a repeated delivery.
        input: ScheduleTargetInput.fromObject({
          schedule: name,
          tables: tables.map(readTableName),
          ...(tags !== undefined && { tags }),
          ...(keepDays !== undefined && { keepDays }),
          ...(source !== undefined && { source }),
          ...(sink !== undefined && { sink }),
          scheduledTime: ContextAttribute.scheduledTime,
        }),
        maxEventAge: maxAge,
        deadLetterQueue: this.undelivered,
      }),
    });
  }
}

/** A delivery that is an hour late is given up: its backups would no longer have the content of the scheduled time. */
const maxAge = Duration.hours(1);

/** A description has at most 512 characters. */
const maxListed = 10;

function describeTables({ tables, tags }: ScheduleConfig): string {
  const names = tables
    .map(readTableName)
    .slice(0, maxListed)
    .map((name) => name.slice(0, 40));
  const more = tables.length > maxListed ? ` and ${tables.length - maxListed} more` : '';
  return `${names.join(', ')}${more}${tags === undefined ? '' : ' with tags'}`;
}

/** Creates the queue of the deliveries that were given up. Each names its schedule and its time, so it can be sent again. */
function createQueue(scope: Construct): Queue {
  const queue = new Queue(scope, 'Undelivered', {
    retentionPeriod: Duration.days(14),
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is itself the queue for what could not be delivered, of the schedules and of their function.',
  });
  return queue;
}
