import { createHmac, hash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { chooseEndpoint } from '../../cli/endpoint.ts';
import { createSigner, type Headers } from '../../cli/signer.ts';

afterEach(() => vi.unstubAllEnvs());

const body = '{"BackupArn":"é😀"}';
const headers = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.VerifyBackup',
};

/** Computes the signature of a request by the steps of "Create a signed AWS API request" in the IAM guide. */
function computeSignature(signed: Headers, host: string, path: string, secret: string): string {
  const [, scope = '', names = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(signed['authorization'] ?? '') ?? [];
  const all: Headers = { ...signed, host };
  const canonical = [
    'POST',
    path,
    '',
    ...names.split(';').map((name) => `${name}:${all[name]}`),
    '',
    names,
    hash('sha256', body),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', signed['x-amz-date'], scope, hash('sha256', canonical)].join('\n');
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  return createHmac('sha256', key).update(text).digest('hex');
}

describe('createSigner', () => {
  it('signs for execute-api in the region of the API Gateway, with the credentials of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'the token');
    const host = 'abc.execute-api.eu-west-1.amazonaws.com';
    const url = `https://${host}/prod/read/Music`;
    const sign = await createSigner(
      chooseEndpoint({ 'endpoint-url': `https://${host}/prod/` }, { AWS_REGION: 'us-west-2' }),
    );
    const signed = await sign(new URL(url), headers, body);
    expect(signed['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target, /,
    );
    expect(signed['authorization']).toMatch(
      new RegExp(`Signature=${computeSignature(signed, host, '/prod/read/Music', 'the secret')}$`),
    );
    expect(signed['x-amz-security-token']).toBe('the token');
  });

  it('signs for an endpoint on this machine with fixed credentials, never with those of the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the secret');
    const endpoint = chooseEndpoint({}, {});
    const sign = await createSigner(endpoint);
    const signed = await sign(endpoint.url, headers, body);
    expect(signed['authorization']).toMatch(/Credential=local\/\d{8}\/us-east-1\/dynamodb\/aws4_request/);
    expect(signed['authorization']).toMatch(
      new RegExp(`Signature=${computeSignature(signed, '127.0.0.1:4100', '/', 'local')}$`),
    );
  });
});
