import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type CfnStage, HttpApi, HttpNoneAuthorizer, type HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import type { FunctionSettings, TidemarkFunction } from '../functions/tidemark-function.ts';
import { allow } from '../rights/allow.ts';

export interface DialectApiProps {
  /** The name of the dialect, for people. */
  readonly dialect: string;
  /** Answers every request. It checks the callers' credentials itself, because an authorizer does not get the body. */
  readonly handler: TidemarkFunction;
  readonly settings: FunctionSettings;
}

/**
 * The endpoint of a dialect that has its own keys instead of AWS's. It is the root of an HTTP API, without a
 * stage in its path: clients sign the path `/`, or put the paths of the API after it.
 */
export class DialectApi extends Construct {
  readonly url: string;
  /** The function that answers every request. */
  readonly handler: TidemarkFunction;
  /** The secret with the keys of the callers. Until the owner has put keys into it, every request is refused. */
  readonly secret: Secret;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: DialectApiProps) {
    super(scope, id);
    this.handler = props.handler;
    this.secret = this.createSecret(props);
    this.api = new HttpApi(this, 'Api', {
      description: `Tidemark: the ${props.dialect} dialect`,
      defaultIntegration: new HttpLambdaIntegration('Handler', props.handler),
      defaultAuthorizer: new HttpNoneAuthorizer(),
      createDefaultStage: true,
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function checks the credentials of each request: an authorizer does not get the body.',
    });
    this.url = this.api.apiEndpoint;
    this.configureStage(props);
  }

  /** Counts the requests whose answer was a fault of the server. */
  metricFaults(): Metric {
    return this.api.metricServerError();
  }

  /** Creates the secret. Only the function may read it. Everybody who may change it can replace the keys. */
  private createSecret({ dialect, handler }: DialectApiProps): Secret {
    const secret = new Secret(this, 'Keys', {
      description: `Tidemark: keys of the callers of the ${dialect} dialect (docs/clients.md#keys)`,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Its keys are those that the owner also gives to the callers, so nothing else can rotate them.',
    });
    allow(handler, ['secretsmanager:GetSecretValue'], [secret.secretArn]);
    const role = handler.role?.roleArn;
    secret.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue'],
        resources: ['*'],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': role } },
      }),
    );
    handler.addEnvironment(environment.keysSecret, secret.secretArn);
    return secret;
  }

  private configureStage({ settings }: DialectApiProps): void {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logs.grantWrite(new ServicePrincipal('apigateway.amazonaws.com'));
    const stage = (this.api.defaultStage as HttpStage).node.defaultChild as CfnStage;
    // Requests a second. Callers back up some tables a few times a day, and poll the progress.
    stage.defaultRouteSettings = {
      throttlingRateLimit: 50,
      throttlingBurstLimit: 100,
      detailedMetricsEnabled: true,
    };
    // The log has no query strings: those of RDS contain the parameters and the signature.
    stage.accessLogSettings = {
      destinationArn: logs.logGroupArn,
      format: JSON.stringify({
        requestId: '$context.requestId',
        time: '$context.requestTimeEpoch',
        ip: '$context.identity.sourceIp',
        method: '$context.httpMethod',
        status: '$context.status',
        milliseconds: '$context.responseLatency',
      }),
    };
  }
}
