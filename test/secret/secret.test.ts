import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createKmsSecret } from '../../lambda/secret/kms-secret.ts';
import { createSecret, rememberKeys } from '../../lambda/secret/secret.ts';

describe('rememberKeys', () => {
  it('derives each key once, and forgets the oldest of more than 100', async () => {
    const asked: string[] = [];
    const plain = createSecret(Buffer.alloc(32));
    const secret = rememberKeys({
      deriveKey: (purpose) => {
        asked.push(purpose);
        return plain.deriveKey(purpose);
      },
    });
    expect(await secret.deriveKey('0')).toEqual(await secret.deriveKey('0'));
    for (let i = 0; i <= 100; i++) await secret.deriveKey(String(i));
    expect(asked).toHaveLength(101);
    await secret.deriveKey('0');
    expect(asked).toHaveLength(102);
  });

  it('asks the secret again after a failure', async () => {
    let isFailing = true;
    const plain = createSecret(Buffer.alloc(32));
    const secret = rememberKeys({
      deriveKey: (purpose) => (isFailing ? Promise.reject(new Error('no')) : plain.deriveKey(purpose)),
    });
    await expect(secret.deriveKey('a')).rejects.toThrow('no');
    isFailing = false;
    expect(await secret.deriveKey('a')).toHaveLength(32);
  });
});

describe('the secret of a deployment', () => {
  /** Starts a KMS that answers each MAC request with these bytes. Returns the secret and the requests. */
  async function startKms(mac: Buffer) {
    const requests: object[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body: object = JSON.parse(Buffer.concat(chunks).toString());
        requests.push({ target: request.headers['x-amz-target'], ...body });
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ Mac: mac.toString('base64') }));
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const env = { TIDEMARK_SECRET_KEY_ARN: 'arn:aws:kms:us-east-1:000000000000:key/secret' };
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const config = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials };
    return { secret: createKmsSecret(env, config), requests, env };
  }

  it('requests KMS’s MAC of a purpose once, and uses it as the key', async () => {
    const { secret, requests, env } = await startKms(Buffer.alloc(32, 7));
    expect(await secret.deriveKey('restore-tag')).toEqual(Buffer.alloc(32, 7));
    await secret.deriveKey('restore-tag');
    expect(requests).toEqual([
      {
        target: 'TrentService.GenerateMac',
        KeyId: env.TIDEMARK_SECRET_KEY_ARN,
        MacAlgorithm: 'HMAC_SHA_256',
        Message: Buffer.from('restore-tag').toString('base64'),
      },
    ]);
  });

  it('throws if KMS answers with another length', async () => {
    const { secret } = await startKms(Buffer.alloc(8));
    await expect(secret.deriveKey('restore-tag')).rejects.toMatchObject({ code: 'Internal' });
  });
});
