import { handleRds } from '../dialects/rds/dialect.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLambdaLog } from '../runtime/logger.ts';
import { createHttpHandler } from './compose/http-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';
import { createSecretKeys } from './compose/secret-keys.ts';

/** The function of the RDS dialect's HTTP API. */
export const handler = createHttpHandler(() => {
  const services = {
    operations: createRequestOperations(process.env),
    keys: createSecretKeys(process.env),
    clock: systemClock,
    log: createLambdaLog('rds-api'),
    region: process.env['AWS_REGION'] ?? 'local',
  };
  return (request) => handleRds(services, request);
});
