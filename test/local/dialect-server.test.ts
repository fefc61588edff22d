import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpRequest } from '../../lambda/dialects/http.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { startDialectServer } from '../../local/dialect-server.ts';

/** Starts a server that records the requests that reach its dialect. */
async function startServer() {
  const seen: HttpRequest[] = [];
  const server = await startDialectServer({
    port: 0,
    variable: 'RDS_PORT',
    handle: async (sent) => {
      seen.push(sent);
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'done' };
    },
    log: silentLog,
  });
  onTestFinished(() => server.close());
  const send = async (path: string, headers: Record<string, string> = {}, body = '') => {
    const sending = request(`${server.url}${path}`, { method: 'POST', headers });
    sending.end(body);
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: await text(response) };
  };
  return { url: server.url, seen, send };
}

test('a dialect gets path, query, headers and body exactly as they were sent, and its own address', async () => {
  const { url, seen, send } = await startServer();
  expect(await send('/a%20b//?x=1+2&y=%7e', { 'X-Acs-Action': 'CreateBackup' }, 'body')).toEqual({
    status: 200,
    text: 'done',
  });
  expect(seen).toMatchObject([
    { method: 'POST', path: '/a%20b//', query: 'x=1+2&y=%7e', address: new URL(url).host, isSecure: false },
  ]);
  expect(seen[0]?.headers['x-acs-action']).toBe('CreateBackup');
  expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe('body');
});

test('a dialect gets a long query whole, and of a longer one a byte more than the limit, so that it can refuse it', async () => {
  const { seen, send } = await startServer();
  await send(`/?x=${'y'.repeat(100_000)}`);
  await send('/', {}, 'x'.repeat(3 * 1024 * 1024));
  expect(seen[0]?.query).toHaveLength(100_002);
  expect(seen[1]?.body).toHaveLength(1024 * 1024 + 1);
});

test.each([
  { origin: 'https://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { host: 'evil.example' },
  { host: 'localhost.evil.example:4101' },
  { host: '127.0.0.1.evil.example' },
])('a request that a web page sends is refused: %j', async (headers) => {
  const { seen, send } = await startServer();
  expect(await send('/', headers as Record<string, string>)).toMatchObject({ status: 403 });
  expect(seen).toEqual([]);
});

test.each(['127.0.0.1:4101', 'localhost', 'localhost:4101/rds', '127.0.0.1:4101/rds', '[::1]:4101'])(
  'a client may use the host %s',
  async (host) => {
    const { send } = await startServer();
    expect(await send('/', { host })).toMatchObject({ status: 200 });
  },
);

test('a port in use is reported with the variable that sets it', async () => {
  const { url } = await startServer();
  const port = Number(new URL(url).port);
  const handle = async () => ({ status: 200, headers: {}, body: '' });
  const second = startDialectServer({ port, variable: 'RDS_PORT', handle, log: silentLog });
  await expect(second).rejects.toThrow(
    `Port ${port} is in use. Choose another: RDS_PORT=${port + 10} npm start`,
  );
});
