import { createHmac, hash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { endpointOf } from '../../cli/endpoint.ts';
import { type Headers, signer } from '../../cli/signer.ts';

afterEach(() => vi.unstubAllEnvs());

const body = '{"BackupArn":"é😀"}';
const headers = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-target': 'DynamoDB_20120810.VerifyBackup',
};

/** The signature that AWS computes of a request, by the steps of "Create a signed AWS API request" in the IAM guide. */
function signatureOf(signed: Headers, host: string, path: string, secret: string): string {
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

describe('a request is signed', () => {
  it('for an API Gateway as execute-api in its region, with the credentials of the surroundings', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'the token');
    const host = 'abc.execute-api.eu-west-1.amazonaws.com';
    const sign = await signer(
      endpointOf({ 'endpoint-url': `https://${host}/prod/` }, { AWS_REGION: 'us-west-2' }),
    );
    const signed = await sign(headers, body);
    expect(signed['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-target, /,
    );
    expect(signed['authorization']).toMatch(
      new RegExp(`Signature=${signatureOf(signed, host, '/prod/', 'the secret')}$`),
    );
    expect(signed['x-amz-security-token']).toBe('the token');
  });

  it('on this machine with any credentials, never with those of the surroundings', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the secret');
    const sign = await signer(endpointOf({}, {}));
    const signed = await sign(headers, body);
    expect(signed['authorization']).toMatch(/Credential=local\/\d{8}\/us-east-1\/dynamodb\/aws4_request/);
    expect(signed['authorization']).toMatch(
      new RegExp(`Signature=${signatureOf(signed, '127.0.0.1:4100', '/', 'local')}$`),
    );
  });
});

describe('the endpoint', () => {
  const execute = 'https://abc.execute-api.eu-west-1.amazonaws.com/prod';

  it.each([
    [{}, {}, 'http://127.0.0.1:4100', 'dynamodb', 'us-east-1', true],
    [{}, { TIDEMARK_ENDPOINT_URL: '' }, 'http://127.0.0.1:4100', 'dynamodb', 'us-east-1', true],
    [{}, { TIDEMARK_ENDPOINT_URL: execute }, execute, 'execute-api', 'eu-west-1', false],
    [
      { 'endpoint-url': 'http://localhost:1' },
      { TIDEMARK_ENDPOINT_URL: execute },
      'http://localhost:1',
      'dynamodb',
      'us-east-1',
      true,
    ],
    [{ 'endpoint-url': 'http://[::1]:1' }, {}, 'http://[::1]:1', 'dynamodb', 'us-east-1', true],
    [{ 'endpoint-url': execute, region: 'eu-north-1' }, {}, execute, 'execute-api', 'eu-north-1', false],
    [
      { 'endpoint-url': 'https://example.com' },
      { AWS_REGION: 'eu-south-1' },
      'https://example.com',
      'dynamodb',
      'eu-south-1',
      false,
    ],
    [
      { 'endpoint-url': 'https://example.com' },
      { AWS_DEFAULT_REGION: 'eu-south-2' },
      'https://example.com',
      'dynamodb',
      'eu-south-2',
      false,
    ],
    // Names that only look like those of this machine or of AWS.
    [
      { 'endpoint-url': 'http://localhost.example.com', region: 'r' },
      {},
      'http://localhost.example.com',
      'dynamodb',
      'r',
      false,
    ],
  ] as const)('%j with %j is %s', (options, env, name, service, region, local) => {
    expect(endpointOf(options, env)).toEqual({ url: new URL(name), name, service, region, local });
  });
});
