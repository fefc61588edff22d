import { openCatalog } from '../../catalog/catalog.ts';
import { stateMachines } from '../../jobs/state-machines.ts';
import { nativeBackups } from '../../native/dynamodb-backups.ts';
import { nativeContinuousBackups, nativeRecovery } from '../../native/dynamodb-recovery.ts';
import { invokedRestore } from '../../native/invoked-restore.ts';
import { type Operations, operationsOf } from '../../operations/operations.ts';
import { createDynamodbClient } from '../../runtime/clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { environment } from '../../runtime/environment.ts';
import { randomIds } from '../../runtime/ids.ts';
import { createLambdaLog } from '../../runtime/logger.ts';
import { requireVariable } from '../../runtime/required.ts';
import { readConfig } from '../../services/config.ts';
import type { RequestServices } from '../../services/operation-services.ts';
import { createLazyStore } from '../../storage/lazy-store.ts';

/** The operations of a deployed function, from its environment. */
export function requestOperations(env: NodeJS.ProcessEnv): Operations {
  const store = createLazyStore(async () => {
    // Loading the S3 client would slow the first request of a function, which seldom reads the store.
    const { openS3Store } = await import('../../storage/s3-store.ts');
    return openS3Store(env);
  });
  const services = requestServices(env);
  const continuous = nativeContinuousBackups(services.dynamodb, invokedRestore(env));
  return operationsOf({ ...services, store, continuous });
}

export function requestServices(env: NodeJS.ProcessEnv): RequestServices {
  const dynamodb = createDynamodbClient();
  return {
    config: readConfig(env),
    clock: systemClock,
    ids: randomIds,
    log: createLambdaLog('request'),
    catalog: openCatalog(dynamodb, requireVariable(env, environment.catalogTable), systemClock, randomIds),
    dynamodb,
    executions: stateMachines(env),
    recovery: nativeRecovery(dynamodb),
    native: nativeBackups(dynamodb, invokedRestore(env)),
  };
}
