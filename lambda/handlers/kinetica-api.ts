import { randomBytes } from 'node:crypto';
import { handleKinetica } from '../dialects/kinetica/dialect.ts';
import { createSecret } from '../secret/secret.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLambdaLog } from '../runtime/logger.ts';
import { createHttpHandler } from './compose/http-handler.ts';
import { createRequestOperations } from './compose/request-operations.ts';
import { createSecretKeys } from './compose/secret-keys.ts';

/** How long a request may take, in ms: the function ends after 29 seconds, and API Gateway gives up a second later. */
const waitMs = 20_000;

/** The function of the Kinetica dialect's HTTP API. */
export const handler = createHttpHandler(() => {
  const services = {
    // A request verifies all pages itself, so no page token outlives the process that signed it.
    operations: createRequestOperations(process.env, createSecret(randomBytes(32))),
    keys: createSecretKeys(process.env),
    clock: systemClock,
    log: createLambdaLog('kinetica-api'),
    waitMs,
  };
  return (request) => handleKinetica(services, request);
});
