import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { damageMessage } from '../../lambda/runtime/log-messages.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';

/** The meaning of each alarm, in one sentence. The runbook has an entry for each, under the alarm's name. */
const meanings = {
  BackupFailed: 'A backup failed.',
  RestoreFailed: 'A restore failed.',
  ScheduleFailed: 'A scheduled backup could not be requested.',
  ScheduleUndelivered: 'A delivery of a schedule was given up: some of its backups were not requested.',
  ReconcileFailed: 'The reconciler could not repair a backup, a restore or a table.',
  SweepFailed: 'The sweep could not clean a part of the bucket.',
  RdsFailed: 'The endpoint of the RDS dialect could not answer a request.',
  KineticaFailed: 'The endpoint of the Kinetica dialect could not answer a request.',
  DamageSeen: 'Stored objects of a snapshot are damaged.',
} as const;

type AlarmName = keyof typeof meanings;

export interface FailureAlarmsProps {
  readonly machines: Readonly<Record<'backup' | 'restore', StateMachine>>;
  /** Functions that no caller waits for. */
  readonly functions: Readonly<Record<'schedule' | 'reconcile' | 'sweep', IFunction>>;
  /** The deliveries of schedules that were given up. */
  readonly undelivered: IQueue;
  /** Count the faults of the dialects that are on. */
  readonly faults: { readonly [N in Extract<AlarmName, 'RdsFailed' | 'KineticaFailed'>]?: Metric };
}

/**
 * One topic that receives every failed execution and every alarm. The owner of the deployment subscribes to it.
 *
 * A failed execution reaches the topic twice: as an event, which names the execution, and as an alarm, which CloudWatch
 * also lists. Executions that time out or are stopped reach it as events only.
 */
export class FailureAlarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: FailureAlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Tidemark failures', enforceSSL: true });
    this.allowAlarms();
    const { machines, functions, undelivered } = props;
    this.reportExecutions(Object.values(machines));
    const period = Duration.minutes(5);
    this.addAlarm('BackupFailed', machines.backup.metricFailed({ period }));
    this.addAlarm('RestoreFailed', machines.restore.metricFailed({ period }));
    this.addAlarm('ScheduleFailed', functions.schedule.metricErrors({ period }));
    this.addAlarm('ScheduleUndelivered', undelivered.metricApproximateNumberOfMessagesVisible({ period }));
    this.addAlarm('ReconcileFailed', functions.reconcile.metricErrors({ period }));
    this.addAlarm('SweepFailed', functions.sweep.metricErrors({ period }));
    for (const name of ['RdsFailed', 'KineticaFailed'] as const) {
      const faults = props.faults[name];
      if (faults !== undefined) this.addAlarm(name, faults.with({ period, statistic: 'Sum' }));
    }
    this.addAlarm('DamageSeen', this.countDamage(period));
  }

  /** Counts the log lines of all functions that report damage. */
  private countDamage(period: Duration): Metric {
    const metricNamespace = 'Tidemark';
    const metricName = `DamageSeen-${Stack.of(this).stackName}`;
    for (const found of Stack.of(this).node.findAll()) {
      if (!(found instanceof TidemarkFunction)) continue;
      found.logGroup.addMetricFilter('DamageSeen', {
        metricNamespace,
        metricName,
        filterPattern: FilterPattern.stringValue('$.message', '=', damageMessage),
      });
    }
    return new Metric({ namespace: metricNamespace, metricName, statistic: 'Sum', period });
  }

  /** Allows alarms of this account to publish. The topic's own policy replaces the default one, which would allow that. */
  private allowAlarms(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }

  private reportExecutions(machines: readonly StateMachine[]): void {
    const rule = new Rule(this, 'ExecutionFailed', {
      description: `A backup or a restore failed. ${describeWhatToDo('BackupFailed')} and #${toAnchor('RestoreFailed')}`,
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: machines.map((machine) => machine.stateMachineArn),
        },
      },
    });
    rule.addTarget(new SnsTopic(this.topic));
  }

  private addAlarm(name: AlarmName, metric: Metric): void {
    const alarm = new Alarm(this, name, {
      alarmDescription: `${meanings[name]} ${describeWhatToDo(name)}`,
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}

/** Names the alarm's place in the runbook, as a path in Tidemark's repository. */
function describeWhatToDo(name: AlarmName): string {
  return `What to do: docs/runbook.md#${toAnchor(name)}`;
}

/** Builds the anchor that Markdown renderers give to the heading with the alarm's name. */
function toAnchor(name: AlarmName): string {
  return name.toLowerCase();
}
