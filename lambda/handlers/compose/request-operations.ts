import { openCatalog } from '../../catalog/catalog.ts';
import { createLazySecret, type Secret } from '../../secret/secret.ts';
import { createExecutions } from '../../jobs/state-machines.ts';
import { createNativeBackups } from '../../native/dynamodb-backups.ts';
import { createContinuousBackups, createRecovery } from '../../native/dynamodb-recovery.ts';
import { createRestoreInvoker } from '../../native/invoked-restore.ts';
import { type Operations, createOperations } from '../../operations/operations.ts';
import { createDynamodbClient } from '../../item/clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { environment } from '../../runtime/environment.ts';
import { randomIds } from '../../runtime/ids.ts';
import { createLambdaLog } from '../../runtime/logger.ts';
import { requireVariable } from '../../runtime/required.ts';
import { readConfig } from '../../services/config.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { Sinks } from '../../services/sinks.ts';
import { createLazyStore } from '../../storage/lazy-store.ts';
import type { ObjectStore } from '../../storage/object-store.ts';
import { createDamageReporter } from './damage-reporter.ts';
import { openSink } from './open-sink.ts';

/** Creates the operations of a deployed function from its environment. `secret`: signs page tokens; by default a key in KMS. */
export function createRequestOperations(env: NodeJS.ProcessEnv, secret = createTokenSecret(env)): Operations {
  const store = createOwnStore(env);
  const services = createRequestServices(env, store);
  const continuous = createContinuousBackups(services.dynamodb, createRestoreInvoker(env));
  // Only the function that reads backups has the variable: it may not write the catalog.
  const reportDamage = env[environment.damageFunction] ? createDamageReporter(env) : undefined;
  return createOperations({ ...services, store, secret, continuous, ...(reportDamage && { reportDamage }) });
}

function createTokenSecret(env: NodeJS.ProcessEnv): Secret {
  return createLazySecret(async () => {
    // Load it later, like the S3 client: only operations that answer in pages need it.
    const { createKmsSecret } = await import('../../secret/kms-secret.ts');
    return createKmsSecret(env);
  });
}

function createOwnStore(env: NodeJS.ProcessEnv): ObjectStore {
  return createLazyStore(async () => {
    // Load the S3 client only when a request reads the store, which few do: loading it would slow down the first request.
    const { openS3Store } = await import('../../storage/s3-store.ts');
    return openS3Store(env);
  });
}

export function createRequestServices(env: NodeJS.ProcessEnv, store = createOwnStore(env)): RequestServices {
  const dynamodb = createDynamodbClient();
  const config = readConfig(env);
  const catalogTable = requireVariable(env, environment.catalogTable);
  const catalog = openCatalog(dynamodb, catalogTable, systemClock, randomIds);
  return {
    config,
    sinks: new Sinks({ store, config, records: catalog.sinks, open: openSink }),
    clock: systemClock,
    ids: randomIds,
    log: createLambdaLog('request'),
    catalog,
    dynamodb,
    executions: createExecutions(env),
    recovery: createRecovery(dynamodb),
    native: createNativeBackups(dynamodb, createRestoreInvoker(env)),
  };
}
