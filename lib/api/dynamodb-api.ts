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
import { Construct } from 'constructs';
import { pathForms, pathOf, type Place } from '../../lambda/dialects/dynamodb/paths.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import type { NativeRestore } from '../native/native-restore.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';
import { gatewayResponses } from './gateway-responses.ts';

export interface DynamodbApiProps extends StackParts {
  readonly machines: Machines;
  /** The function that requests restores from DynamoDB itself. The API's function calls it. */
  readonly nativeRestore: NativeRestore;
}

/**
 * The endpoint of the DynamoDB dialect: `/`, and a path for each verb and table. Every request must be signed for
 * `execute-api`.
 */
export class DynamodbApi extends Construct {
  private readonly api: RestApi;

  constructor(scope: Construct, id: string, props: DynamodbApiProps) {
    super(scope, id);
    const integration = new LambdaIntegration(this.createHandler(props), {
      timeout: Duration.seconds(29),
      // A test call of the console is not signed by a caller, whom the records could name.
      allowTestInvoke: false,
    });
    this.api = this.createApi(props);
    for (const response of gatewayResponses) {
      this.api.addGatewayResponse(response.type.responseType, response);
    }
    const authorizationType = AuthorizationType.IAM;
    for (const form of ['/', ...Object.values(pathForms)]) {
      this.api.root.resourceForPath(form).addMethod('POST', integration, { authorizationType });
    }
    // DynamoDB answers its health check at this path too.
    this.api.root.addMethod('GET', integration, { authorizationType });
  }

  /** The URL of `/`. Clients set it as their endpoint, or the path of a verb below it. */
  get url(): string {
    return this.api.urlForPath('/');
  }

  /**
   * ARNs on which a caller's policy must allow `execute-api:Invoke` for the operations of a verb on tables, by default for
   * all operations. The names of the tables may be patterns of IAM. A principal of this account needs nothing else; one of
   * another account assumes a role of this one.
   */
  invokeArns(place?: Place): string[] {
    const { stageName } = this.api.deploymentStage;
    if (place === undefined) return [this.api.arnForExecuteApi('POST', '/', stageName)];
    const arn = this.api.arnForExecuteApi('POST', pathOf(place), stageName);
    // API Gateway treats /backup/orders/ as /backup/orders, but checks the right to the path as requested. The
    // JavaScript SDK requests the first form, boto3 the second.
    return [arn, `${arn}/`];
  }

  /** Lets the grantee call the operations of a verb on tables, by default all operations. */
  grantInvoke(grantee: IGrantable, place?: Place): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: this.invokeArns(place),
    });
  }

  private createHandler(props: DynamodbApiProps): TidemarkFunction {
    const handler = new TidemarkFunction(this, 'Handler', {
      handler: 'dynamodb-api',
      size: 'request',
      settings: props.settings,
    });
    props.catalog.grantReadWrite(handler);
    // For GetBackupItem, CompareBackups, VerifyBackup and PlanSweep.
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

  private createApi({ settings }: DynamodbApiProps): RestApi {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const api = new RestApi(this, 'Api', {
      restApiName: Stack.of(this).stackName,
      description: 'Tidemark: the DynamoDB dialect',
      endpointTypes: [EndpointType.REGIONAL],
      // Without this role API Gateway writes no access logs. The setting belongs to the account, so it outlives the stack.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      // Bodies are not compressed: an SDK checks the CRC of the body as the dialect wrote it.
      deployOptions: {
        stageName: 'prod',
        // Requests a second. DynamoDB itself accepts 50 CreateBackup a second.
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
