import type { AssumeRoleCommand, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { describe, expect, it, vi } from 'vitest';
import { createRoleCredentials } from '../../lambda/handlers/compose/assume-role.ts';

const role = { arn: 'arn:aws:iam::210987654321:role/tidemark', externalId: 'shop' };
const expiration = new Date('2026-12-01T00:00:00Z');

describe('the credentials of a role', () => {
  it('are those of STS, requested with the external id', async () => {
    const Credentials = { AccessKeyId: 'a', SecretAccessKey: 's', SessionToken: 't', Expiration: expiration };
    const send = vi.fn<(command: AssumeRoleCommand) => Promise<Partial<AssumeRoleCommandOutput>>>(
      async () => ({
        Credentials,
      }),
    );
    const provide = createRoleCredentials(role, 'api-backup', { send: send as never });
    expect(await provide()).toEqual({
      accessKeyId: 'a',
      secretAccessKey: 's',
      sessionToken: 't',
      expiration,
    });
    expect(send.mock.calls[0]?.[0].input).toEqual({
      RoleArn: role.arn,
      ExternalId: 'shop',
      RoleSessionName: 'api-backup',
    });
  });

  it('are refused by name if the answer lacks a part, without showing the others', async () => {
    const send = async () => ({ Credentials: { AccessKeyId: 'AKID', SecretAccessKey: 'secret' } });
    const provide = createRoleCredentials(role, 'x', { send: send as never });
    await expect(provide()).rejects.toMatchObject({ code: 'ServiceAnswerInvalid' });
    await expect(provide()).rejects.not.toThrow(/AKID|secret/);
  });
});
