import { openCatalog } from '../../catalog/catalog.ts';
import { openS3Store } from '../../storage/s3-store.ts';
import { openSink } from './open-sink.ts';
import { runStep, type Step } from './run-step.ts';
import { createExecutions } from '../../jobs/state-machines.ts';
import type { Job } from '../../jobs/job.ts';
import { createKmsSecret } from '../../secret/kms-secret.ts';
import type { TaskHandler } from '../../jobs/states.ts';
import { createRecovery } from '../../native/dynamodb-recovery.ts';
import { createNativeBackups } from '../../native/dynamodb-backups.ts';
import { createRestoreInvoker } from '../../native/invoked-restore.ts';
import { createDynamodbClient, createStreamsClient } from '../../item/clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readConfig } from '../../services/config.ts';
import { requireVariable } from '../../runtime/required.ts';
import { environment } from '../../runtime/environment.ts';
import { randomIds } from '../../runtime/ids.ts';
import { createLambdaLog } from '../../runtime/logger.ts';
import type { Services } from '../../services/services.ts';
import { Sinks } from '../../services/sinks.ts';

/** The part of Lambda's context that a step reads. Emulators may leave it out. */
interface Context {
  getRemainingTimeInMillis?(): number;
}

/** The part of an invocation's time that is reserved for finishing the current file and publishing the result. */
const reserveMs = 60_000;

/** Turns a step of a state machine into a Lambda function. It creates its clients at the first invocation and reuses them. */
export function createLambdaStep<I extends { readonly job: Job }, O extends object>(
  name: TaskHandler,
  step: Step<I, O>,
): (event: I, context?: Context) => Promise<O> {
  let services: Services | undefined;
  return (event, context) => {
    services ??= createStepServices(name, process.env);
    const left = context?.getRemainingTimeInMillis?.() ?? Infinity;
    const timeBudgetMs = Math.max(1, Math.min(services.config.timeBudgetMs, left - reserveMs));
    return runStep({ ...services, config: { ...services.config, timeBudgetMs } }, name, step, event);
  };
}

/** Creates the services of a deployed step. A missing environment variable is an error only once it is needed. */
export function createStepServices(name: string, env: NodeJS.ProcessEnv): Services {
  const dynamodb = createDynamodbClient();
  const bucket = env[environment.bucket] ?? '';
  const keyArn = env[environment.bucketKey];
  const config = readConfig(env);
  const store = openS3Store(env);
  const catalogTable = requireVariable(env, environment.catalogTable);
  const catalog = openCatalog(dynamodb, catalogTable, systemClock, randomIds);
  return {
    config,
    clock: systemClock,
    ids: randomIds,
    log: createLambdaLog(name),
    catalog,
    dynamodb,
    streams: createStreamsClient(),
    store,
    sinks: new Sinks({ store, config, records: catalog.sinks, open: openSink }),
    executions: createExecutions(env),
    secret: createKmsSecret(env),
    recovery: createRecovery(dynamodb),
    native: createNativeBackups(dynamodb, createRestoreInvoker(env)),
    bucketPlace: {
      bucket,
      prefix: env[environment.prefix] ?? '',
      ...(keyArn !== undefined && { keyArn }),
    },
  };
}
