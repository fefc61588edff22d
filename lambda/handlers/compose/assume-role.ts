import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { SinkRole } from '../../model/data-sinks.ts';
import { TidemarkError } from '../../runtime/errors.ts';

/** Temporary credentials. The SDK requests new ones before these expire. They are only in the memory of the function. */
export interface RoleCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Creates a provider of the credentials of a role. `session`: the caller's name in the log of the role's account. */
export function createRoleCredentials(
  { arn, externalId }: SinkRole,
  session: string,
  client: Pick<STSClient, 'send'> = new STSClient(),
): () => Promise<RoleCredentials> {
  const command = { RoleArn: arn, RoleSessionName: session, ExternalId: externalId };
  return async () => {
    const { Credentials: found } = await client.send(new AssumeRoleCommand(command));
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = found ?? {};
    if (
      AccessKeyId === undefined ||
      SecretAccessKey === undefined ||
      SessionToken === undefined ||
      Expiration === undefined
    )
      throw new TidemarkError('ServiceAnswerInvalid', 'STS answered without credentials');
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
      expiration: Expiration,
    };
  };
}
