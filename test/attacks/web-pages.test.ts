import { once } from 'node:events';
import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { startServer } from '../../local/server.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';

const target = 'DynamoDB_20120810.DeleteBackup';

/** Sends a request with exactly these headers, which `fetch` would not allow. Returns the answer's status and headers. */
async function send(headers: Readonly<Record<string, string>>, method = 'POST', origins: string[] = []) {
  const operations = fakeOperations();
  const server = await startServer({
    port: 0,
    dynamodbEndpoint: 'http://127.0.0.1:1',
    operations,
    origins,
    log: silentLog,
  });
  onTestFinished(() => server.close());
  const given = { 'x-amz-target': target, authorization: 'AWS4-HMAC-SHA256 x', ...headers };
  const sent = request(server.url, { method, headers: given });
  sent.end(method === 'POST' ? '{}' : '');
  const [answer] = await once(sent, 'response');
  answer.resume();
  return {
    status: answer.statusCode as number,
    allowed: answer.headers['access-control-allow-origin'],
    operations,
  };
}

const foreignHosts = [
  'evil.example',
  'evil.example:4100',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  'evil.example#127.0.0.1',
  '127.0.0.1@evil.example',
  '0.0.0.0:4100',
  '169.254.169.254',
  '192.168.0.2',
  `${'a'.repeat(4000)}.example`,
];

const foreignOrigins = [
  'https://evil.example',
  'https://evil.example:4100',
  'https://localhost.evil.example',
  'https://127.0.0.1.evil.example',
  'https://app.example.evil.example',
  'null',
  'file://',
  `https://${'a'.repeat(4000)}.example`,
];

describe('the embedded runtime', () => {
  it.each(foreignHosts)('refuses a request for the foreign host %s', async (host) => {
    const { status, operations } = await send({ host });
    expect(status).toBe(403);
    expect(operations.deleteBackup).not.toHaveBeenCalled();
  });

  it.each(foreignOrigins)(
    'refuses a web page of the foreign origin %s, and its preflight',
    async (origin) => {
      const origins = ['https://app.example'];
      const { status, allowed } = await send({ origin }, 'POST', origins);
      expect([status, allowed]).toEqual([403, undefined]);
      const asked = { origin, 'access-control-request-method': 'POST' };
      const preflight = await send(asked, 'OPTIONS', origins);
      expect([preflight.status, preflight.allowed]).toEqual([403, undefined]);
    },
  );

  it.each(['localhost', 'localhost:4100', '127.0.0.1', '[::1]:4100', 'LOCALHOST'])(
    'accepts a request for the host %s of this machine',
    async (host) => {
      expect((await send({ host })).status).not.toBe(403);
    },
  );

  it('accepts web pages of this machine, of a configured origin, and of all origins if so configured', async () => {
    expect((await send({ origin: 'http://localhost:3000' })).allowed).toBe('http://localhost:3000');
    const origin = 'https://app.example';
    expect((await send({ origin }, 'POST', [origin])).allowed).toBe(origin);
    expect((await send({ origin: 'null' }, 'POST', ['*'])).allowed).toBe('null');
  });
});
