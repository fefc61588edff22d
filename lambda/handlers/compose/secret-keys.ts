import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { cacheKeys, type LoadKeys, parseKeys } from '../../dialects/access-keys.ts';
import { systemClock } from '../../runtime/clock.ts';
import { environment } from '../../runtime/environment.ts';
import { requireVariable } from '../../runtime/required.ts';

/** Returns the loader of the keys that the secret of the function has. */
export function createSecretKeys(env: NodeJS.ProcessEnv): LoadKeys {
  const client = new SecretsManagerClient();
  const command = new GetSecretValueCommand({ SecretId: requireVariable(env, environment.keysSecret) });
  return cacheKeys(async () => parseKeys((await client.send(command)).SecretString ?? ''), systemClock);
}
