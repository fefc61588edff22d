import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  type MethodDeploymentOptions,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import {
  functionOf,
  pathForms,
  pathOf,
  type Place,
  type Verb,
  verbs,
} from '../../lambda/dialects/dynamodb/paths.ts';
import type { TidemarkFunction } from '../functions/tidemark-function.ts';
import { gatewayResponses } from './gateway-responses.ts';
import { VerbFunctions, type VerbFunctionsProps } from './verb-functions.ts';

/**
 * The endpoint of the DynamoDB dialect: `/`, and a path for each verb and table. Every request must be signed for
 * `execute-api`.
 */
export class DynamodbApi extends Construct {
  /** The functions that answer requests, one for each verb. */
  readonly handlers: readonly TidemarkFunction[];
  private readonly api: RestApi;

  constructor(scope: Construct, id: string, props: VerbFunctionsProps) {
    super(scope, id);
    const { byVerb, dispatcher } = new VerbFunctions(this, 'Functions', props);
    this.handlers = Object.values(byVerb);
    this.api = this.createApi(props);
    for (const response of gatewayResponses) {
      this.api.addGatewayResponse(response.type.responseType, response);
    }
    const authorizationType = AuthorizationType.IAM;
    for (const verb of verbs) {
      const integration = integrate(byVerb[functionOf[verb]]);
      this.api.root.resourceForPath(pathForms[verb]).addMethod('POST', integration, { authorizationType });
    }
    // DynamoDB answers its health check, a GET, at this path too.
    for (const method of ['POST', 'GET']) {
      this.api.root.addMethod(method, integrate(dispatcher), { authorizationType });
    }
  }

  /** The URL of `/`. Clients set as their endpoint this URL, or the path of a verb below it. */
  get url(): string {
    return this.api.urlForPath('/');
  }

  /**
   * Builds the ARNs on which a caller's policy must allow `execute-api:Invoke` for the operations of a verb on tables; by
   * default for all operations. The tables may be patterns of IAM. A principal of this account needs no other right; a
   * principal of another account must assume a role in this account.
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

  private createApi({ settings }: VerbFunctionsProps): RestApi {
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
        // Each verb has its own limits, so that requests of one verb do not use up the limit of another.
        methodOptions: Object.fromEntries(
          verbs.map((verb) => [`${pathForms[verb]}/POST`, throttlingOf(throttles[verb])]),
        ),
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
    acknowledgeRules(api);
    // The stack has outputs of its own for the URLs.
    api.node.tryRemoveChild('Endpoint');
    return api;
  }
}

/**
 * Requests a second by verb. Bursts may be twice as large. Restores and deletions are rare; their limits stop a caller's
 * faulty loop.
 */
const throttles: Readonly<Record<Verb, number>> = {
  read: 100,
  backup: 100,
  delete: 20,
  restore: 20,
  reencrypt: 10,
  recovery: 10,
};

function throttlingOf(rate: number): MethodDeploymentOptions {
  // The settings of a method replace those of the stage.
  return { metricsEnabled: true, throttlingRateLimit: rate, throttlingBurstLimit: 2 * rate };
}

function acknowledgeRules(api: RestApi): void {
  Validations.of(api).acknowledge(
    {
      id: 'AwsSolutions-APIG2',
      reason:
        "The function validates each request, and answers as DynamoDB does, which the gateway's models cannot.",
    },
    {
      id: 'AwsSolutions-APIG3',
      reason:
        'Only signed requests of principals with a right to the path reach the API. An owner may associate a WAF.',
    },
    {
      id: 'AwsSolutions-APIG6',
      reason: 'The access log has a line for each request. Execution logs can contain bodies.',
    },
    {
      id: 'AwsSolutions-COG4',
      reason: 'Callers are authorized by IAM, as with DynamoDB.',
    },
    {
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
      reason: 'The role that API Gateway needs to write access logs, with the policy that AWS keeps for it.',
    },
  );
}

function integrate(handler: TidemarkFunction): LambdaIntegration {
  return new LambdaIntegration(handler, {
    timeout: Duration.seconds(29),
    // A test call of the console is not signed, so the records could not name its caller.
    allowTestInvoke: false,
  });
}
