import { RemovalPolicy } from 'aws-cdk-lib';
import { type CfnStage, HttpApi, HttpNoneAuthorizer, type HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { AnyPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { environment } from '../../lambda/runtime/environment.ts';
import { TidemarkFunction } from '../functions/tidemark-function.ts';
import { allow } from '../rights/allow.ts';
import type { Machines, StackParts } from '../stack-parts.ts';
import { letStart } from '../workflow/machine.ts';

export interface RdsApiProps extends StackParts {
  readonly machines: Machines;
}

/**
 * The endpoint of the RDS dialect. Its function verifies the signatures itself, because an authorizer sees no body. It is
 * served at the root of an HTTP API, because clients sign the path `/` whatever prefix they call.
 */
export class RdsApi extends Construct {
  readonly url: string;
  /** The keys of the callers. Somebody has to put them there: until then, every request is refused. */
  readonly secret: Secret;
  private readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: RdsApiProps) {
    super(scope, id);
    const handler = this.createHandler(props);
    this.secret = this.createSecret(handler);
    this.api = new HttpApi(this, 'Api', {
      description: 'Tidemark: the RDS dialect',
      defaultIntegration: new HttpLambdaIntegration('Handler', handler),
      defaultAuthorizer: new HttpNoneAuthorizer(),
      createDefaultStage: true,
    });
    this.url = this.api.apiEndpoint;
    this.configureStage(props);
  }

  /** Counts the requests that were answered with a fault of the server. */
  metricFaults(): Metric {
    return this.api.metricServerError();
  }

  private createHandler(props: RdsApiProps): TidemarkFunction {
    const { settings, catalog, tables, machines } = props;
    const handler = new TidemarkFunction(this, 'Handler', { handler: 'rds-api', size: 'request', settings });
    catalog.grantSets(handler);
    tables.grant(
      handler,
      'dynamodb:DescribeTable',
      'dynamodb:DescribeTimeToLive',
      'dynamodb:DescribeContinuousBackups',
      'dynamodb:CreateBackup',
      'dynamodb:ListTagsOfResource',
    );
    tables.grantBackups(handler, 'dynamodb:DescribeBackup', 'dynamodb:DeleteBackup');
    tables.grantListTables(handler);
    letStart(handler, 'backup', machines.backup.stateMachineArn);
    return handler;
  }

  /** Creates the secret. Only the function may read it; whoever may change it can replace the keys. */
  private createSecret(handler: TidemarkFunction): Secret {
    const secret = new Secret(this, 'Keys', {
      description: 'Tidemark: keys of the callers of the RDS dialect (docs/clients.md#keys)',
      removalPolicy: RemovalPolicy.RETAIN,
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

  private configureStage({ settings }: RdsApiProps): void {
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logs.grantWrite(new ServicePrincipal('apigateway.amazonaws.com'));
    const stage = (this.api.defaultStage as HttpStage).node.defaultChild as CfnStage;
    // Requests a second. 20 backups a day and instance need few.
    stage.defaultRouteSettings = {
      throttlingRateLimit: 50,
      throttlingBurstLimit: 100,
      detailedMetricsEnabled: true,
    };
    // No query: it has the parameters and the signature.
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
