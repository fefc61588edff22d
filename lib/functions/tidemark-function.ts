import { join } from 'node:path';
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { ApiFunction } from '../../lambda/dialects/dynamodb/paths.ts';
import type { TaskHandler } from '../../lambda/jobs/states.ts';
import { bundle, handlersFolder } from './bundling.ts';

/** Settings that all functions share. */
export interface FunctionSettings {
  /** Environment variables, named by `lambda/runtime/environment.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long CloudWatch keeps the logs. */
  readonly logRetention: RetentionDays;
}

export interface TidemarkFunctionProps {
  /** Name of a file in `lambda/handlers/`, without its extension. */
  readonly handler:
    | TaskHandler
    | `api-${ApiFunction | 'dispatch'}`
    | 'rds-api'
    | 'kinetica-api'
    | 'note-damage'
    | 'native-restore'
    | 'schedule'
    | 'reconcile'
    | 'sweep';
  readonly settings: FunctionSettings;
  /**
   * `request`: the function answers a caller who waits. `work`: it does one part of a job, in up to 15 minutes.
   *
   * @default 'work'
   */
  readonly size?: 'request' | 'work';
  /**
   * How many calls of this function may run at the same time. They are reserved for it in the account's limit.
   *
   * @default those of the account that no function has reserved
   */
  readonly reservedConcurrency?: number;
  /**
   * Environment variables of this function alone.
   *
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;
}

const sizes = {
  // API Gateway gives up after 29 seconds.
  request: { timeout: Duration.seconds(29), memorySize: 1024 },
  // Lambda's longest timeout. 1769 MB come with one full CPU, which compressing and sorting needs.
  work: { timeout: Duration.minutes(15), memorySize: 1769 },
} as const;

/** A Lambda function of one handler, bundled with the SDK. It has a role of its own, which at first may only write logs. */
export class TidemarkFunction extends Function {
  constructor(scope: Construct, id: string, props: TidemarkFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The role that CDK creates by default may write to the logs of every function of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      ...sizes[props.size ?? 'work'],
      code: bundleCode(props.handler),
      handler: 'index.handler',
      description: `Tidemark: ${props.handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      logGroup,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      environment: { ...props.settings.environment, ...props.environment },
    });
  }
}

/**
 * Bundles the handler's code when the stack is synthesized. The bundle contains the SDK with which it was tested: Lambda's
 * own copy changes without notice.
 */
function bundleCode(handler: string): Code {
  return Code.fromAsset(handlersFolder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The type requires this member, but no image is run.
      image: DockerImage.fromRegistry('none'),
      // CDK distinguishes assets of one folder by this value.
      command: [handler],
      local: {
        tryBundle(folder) {
          bundle(join(handlersFolder, `${handler}.ts`), folder);
          return true;
        },
      },
    },
  });
}
