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
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type ApiPath, paths } from '../../lambda/dialects/dynamodb/paths.ts';
import type { Machine } from '../../lambda/jobs/job.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { NativeRestore } from '../native/native-restore.ts';
import { letStart } from '../workflow/machine.ts';
import type { WorkflowProps } from '../workflow/machine.ts';
import { gatewayResponses } from './gateway-responses.ts';

export type DynamodbApiProps = Pick<WorkflowProps, 'catalog' | 'store' | 'tables' | 'settings'> & {
  readonly machines: Readonly<Record<Machine, StateMachine>>;
  readonly nativeRestore: NativeRestore;
};

/** The endpoint of the DynamoDB dialect: three paths, every request signed for `execute-api`. */
export class DynamodbApi extends Construct {
  private readonly api: RestApi;

  constructor(scope: Construct, id: string, props: DynamodbApiProps) {
    super(scope, id);
    const integration = new LambdaIntegration(this.handler(props), {
      timeout: Duration.seconds(29),
      // A test call of the console is not signed by the caller that the records name.
      allowTestInvoke: false,
    });
    this.api = this.restApi(props);
    for (const response of gatewayResponses) {
      this.api.addGatewayResponse(response.type.responseType, response);
    }
    const authorizationType = AuthorizationType.IAM;
    for (const path of paths) {
      this.api.root.resourceForPath(path).addMethod('POST', integration, { authorizationType });
    }
    // DynamoDB's health check.
    this.api.root.addMethod('GET', integration, { authorizationType });
  }

  /** The URL to give to clients as their endpoint. */
  url(path: ApiPath): string {
    return this.api.urlForPath(path);
  }

  /**
   * What `execute-api:Invoke` is to be allowed on for the path's operations, by the policies of whoever calls. For
   * principals of this account that is all; those of another account assume a role of this one.
   */
  invokeArns(path: ApiPath): string[] {
    const arn = this.api.arnForExecuteApi('POST', path, this.api.deploymentStage.stageName);
    // API Gateway serves /backup/ as /backup, and checks the right to what was asked for. The JavaScript SDK asks for
    // the one, boto3 for the other.
    return path === '/' ? [arn] : [arn, `${arn}/`];
  }

  /** Lets the grantee call the operations that the path serves, and no others. */
  grantInvoke(grantee: IGrantable, path: ApiPath): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: this.invokeArns(path),
    });
  }

  private handler(props: DynamodbApiProps): TidemarkFunction {
    const handler = new TidemarkFunction(this, 'Handler', {
      handler: 'dynamodb-api',
      size: 'request',
      settings: props.settings,
    });
    props.catalog.grantReadWrite(handler);
    // One item of a backup, comparing, verifying, and the sweep's plan, which lists too.
    props.store.grantRead(handler, 'tables');
    props.tables.grant(
      handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:UpdateContinuousBackups',
      'dynamodb:CreateBackup',
    );
    props.tables.grantBackups(handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    letStart(handler, 'backup', props.machines.backup.stateMachineArn);
    letStart(handler, 'restore', props.machines.restore.stateMachineArn);
    props.nativeRestore.letRestore(handler);
    return handler;
  }

  private restApi({ settings }: DynamodbApiProps): RestApi {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, 'Api', {
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
    // The stack has outputs of its own for the URLs.
    api.node.tryRemoveChild('Endpoint');
    return api;
  }
}
