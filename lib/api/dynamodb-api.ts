import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Machine } from '../../lambda/workflow/executions.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import { letStart } from '../workflow/machine.ts';
import type { WorkflowProps } from '../workflow/machine.ts';

export type DynamodbApiProps = Pick<WorkflowProps, 'catalog' | 'store' | 'tables' | 'settings'> & {
  readonly machines: Readonly<Record<Machine, StateMachine>>;
};

/** The endpoint of the DynamoDB dialect: one path, every request signed for `execute-api`. */
export class DynamodbApi extends Construct {
  readonly api: RestApi;

  constructor(scope: Construct, id: string, props: DynamodbApiProps) {
    super(scope, id);
    const handler = new TidemarkFunction(this, 'Handler', {
      handler: 'dynamodb-api',
      size: 'request',
      settings: props.settings,
    });
    props.catalog.grantReadWrite(handler);
    // One item of a backup, comparing, verifying, and the sweep's plan, which lists too.
    props.store.grantRead(handler, 'tables');
    props.tables.grant(handler, 'dynamodb:DescribeTable', 'dynamodb:DescribeTimeToLive');
    letStart(handler, 'backup', props.machines.backup.stateMachineArn);
    letStart(handler, 'restore', props.machines.restore.stateMachineArn);

    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: props.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.api = new RestApi(this, 'Api', {
      restApiName: Stack.of(this).stackName,
      description: 'Tidemark: the DynamoDB dialect',
      endpointTypes: [EndpointType.REGIONAL],
      // An account without this role keeps no access logs. The setting is the account's, so it stays with it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      // No compression: an SDK checks the CRC of the body as the dialect wrote it.
      deployOptions: {
        stageName: 'prod',
        // DynamoDB itself takes 50 CreateBackup a second.
        throttlingRateLimit: 100,
        throttlingBurstLimit: 200,
        metricsEnabled: true,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(logGroup),
        accessLogFormat: AccessLogFormat.custom(
          JSON.stringify({
            requestId: AccessLogField.contextRequestId(),
            time: AccessLogField.contextRequestTimeEpoch(),
            caller: AccessLogField.contextIdentityUserArn(),
            ip: AccessLogField.contextIdentitySourceIp(),
            method: AccessLogField.contextHttpMethod(),
            path: AccessLogField.contextPath(),
            status: AccessLogField.contextStatus(),
            milliseconds: AccessLogField.contextResponseLatency(),
          }),
        ),
      },
    });
    // The stack has an output of its own for the URL.
    this.api.node.tryRemoveChild('Endpoint');
    const integration = new LambdaIntegration(handler, {
      timeout: Duration.seconds(29),
      // A test call of the console is not signed by the caller that the records name.
      allowTestInvoke: false,
    });
    const authorizationType = AuthorizationType.IAM;
    // GET is DynamoDB's health check.
    for (const method of ['POST', 'GET']) this.api.root.addMethod(method, integration, { authorizationType });
  }
}
