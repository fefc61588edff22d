import { GenerateMacCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import { environment } from '../runtime/environment.ts';
import { TidemarkError } from '../runtime/errors.ts';
import { requireVariable } from '../runtime/required.ts';
import { nameUnreadableAnswers, outermost } from '../runtime/service-answers.ts';
import { rememberKeys, type Secret } from './secret.ts';

/** Creates the port over the deployment's HMAC key in KMS: a derived key is KMS's MAC of its purpose. */
export function createKmsSecret(env: NodeJS.ProcessEnv, config: KMSClientConfig = {}): Secret {
  const client = new KMSClient(config);
  client.middlewareStack.add(nameUnreadableAnswers, outermost);
  return rememberKeys({
    async deriveKey(purpose) {
      const { Mac } = await client.send(
        new GenerateMacCommand({
          KeyId: requireVariable(env, environment.secretKey),
          MacAlgorithm: 'HMAC_SHA_256',
          Message: Buffer.from(purpose),
        }),
      );
      if (Mac?.length !== 32) throw new TidemarkError('Internal', 'KMS returned no MAC of 32 bytes');
      return Buffer.from(Mac);
    },
  });
}
