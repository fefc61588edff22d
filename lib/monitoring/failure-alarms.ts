import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface FailureAlarmsProps {
  /** By the name that their alarm gets. */
  readonly machines: Readonly<Record<string, StateMachine>>;
  /** Functions that nobody waits for, by the name that their alarm gets. */
  readonly functions: Readonly<Record<string, IFunction>>;
}

/** One topic that hears of every failed execution, and of every alarm. Subscribing to it is the owner's. */
export class FailureAlarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: FailureAlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Tidemark failures', enforceSSL: true });
    this.allowAlarms();
    const rule = new Rule(this, 'ExecutionFailed', {
      description: 'A backup or a restore failed',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: Object.values(props.machines).map((machine) => machine.stateMachineArn),
        },
      },
    });
    rule.addTarget(new SnsTopic(this.topic));
    for (const [name, machine] of Object.entries(props.machines)) {
      this.alarm(`${name}Failed`, machine.metricFailed({ period: Duration.minutes(5) }));
    }
    for (const [name, lambdaFunction] of Object.entries(props.functions)) {
      this.alarm(`${name}Failed`, lambdaFunction.metricErrors({ period: Duration.minutes(5) }));
    }
  }

  /** A topic's own policy replaces the default one, under which alarms of the account may publish. */
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

  private alarm(id: string, metric: Metric): void {
    const alarm = new Alarm(this, id, {
      metric,
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.topic));
  }
}
