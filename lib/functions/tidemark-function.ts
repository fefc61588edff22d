import { join } from 'node:path';
import { AssetHashType, DockerImage, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { TaskHandler } from '../../lambda/jobs/states.ts';
import { bundle, handlers } from './bundling.ts';

/** What all functions share. */
export interface FunctionSettings {
  /** Values by the names of `lambda/runtime/environment.ts`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetention: RetentionDays;
}

export interface TidemarkFunctionProps {
  /** A file of `lambda/handlers/`, without its extension. */
  readonly handler: TaskHandler | 'dynamodb-api' | 'native-restore' | 'schedule' | 'reconcile' | 'sweep';
  readonly settings: FunctionSettings;
  /**
   * `request` answers a caller who waits; `work` does one part of a job and may take its time.
   *
   * @default 'work'
   */
  readonly size?: 'request' | 'work';
  /**
   * Values of this function alone.
   *
   * @default none
   */
  readonly environment?: Readonly<Record<string, string>>;
}

const sizes = {
  // API Gateway gives up after 29 seconds.
  request: { timeout: Duration.seconds(29), memorySize: 1024 },
  // Lambda's longest time; 1769 MB is one full CPU, and the work is compressing and sorting.
  work: { timeout: Duration.minutes(15), memorySize: 1769 },
} as const;

/** One handler, bundled with its SDK, with a role of its own that may at first do nothing but log. */
export class TidemarkFunction extends Function {
  constructor(scope: Construct, id: string, props: TidemarkFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.settings.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // The role that CDK would make has a managed policy for the logs of every function of the account.
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    super(scope, id, {
      ...sizes[props.size ?? 'work'],
      code: bundledCode(props.handler),
      handler: 'index.handler',
      description: `Tidemark: ${props.handler}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      role,
      logGroup,
      environment: { ...props.settings.environment, ...props.environment },
    });
  }
}

/** Bundled when the stack is synthesized. The SDK of the Lambda runtime changes by itself; the one tested is deployed. */
function bundledCode(handler: string): Code {
  return Code.fromAsset(handlers, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Asked for by the type, and never run.
      image: DockerImage.fromRegistry('none'),
      // Assets of one folder are told apart by what is written here.
      command: [handler],
      local: {
        tryBundle(folder) {
          bundle(join(handlers, `${handler}.ts`), folder);
          return true;
        },
      },
    },
  });
}
