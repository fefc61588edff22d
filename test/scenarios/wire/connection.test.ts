import { afterEach, expect, test } from 'vitest';
import { call, openConnection, head, sendBytes } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

/** A header for the last request of a connection: the connection closes after its answer. */
const close = 'Connection: close';

// The endpoint still answers the next request.
afterEach(() => wire.ok('ListBackups', {}));

/** Builds a whole request in bytes. */
function bytesOf(operation: string, body: string, ...lines: readonly string[]): string {
  return head(operation, `Content-Length: ${body.length}`, ...lines) + body;
}

test('a body in chunks of one byte is accepted, and invalid chunks are rejected', async () => {
  const chunked = head('ListBackups', 'Transfer-Encoding: chunked', close);
  const chunks = '{"Limit":1}'
    .split('')
    .map((byte) => `1\r\n${byte}\r\n`)
    .join('');
  expect(await sendBytes(wire.url, `${chunked}${chunks}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  expect(await sendBytes(wire.url, `${chunked}zz\r\n{}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
});

test('pipelined requests get their answers in order', async () => {
  const requests = [1, 0, 2, 500].map((Limit) => bytesOf('ListBackups', JSON.stringify({ Limit })));
  const answers = await sendBytes(wire.url, [...requests, bytesOf('ListBackups', '{}', close)].join(''));
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(
    ['200', '400', '200', '400', '200'].map((status) => `HTTP/1.1 ${status}`),
  );
});

test('pipelined requests to Tidemark and to the database get their answers in order', async () => {
  const requests = ['ListBackups', 'ListTables', 'ListBackups'].map((name) => bytesOf(name, '{}'));
  const answers = await sendBytes(wire.url, [...requests, bytesOf('ListTables', '{}', close)].join(''));
  expect(answers.match(/BackupSummaries|TableNames/g)).toEqual([
    'BackupSummaries',
    'TableNames',
    'BackupSummaries',
    'TableNames',
  ]);
});

test('a client that expects 100-continue gets it, and any other expectation is rejected', async () => {
  const expecting = bytesOf('ListBackups', '{}', 'Expect: 100-continue', close);
  expect(await sendBytes(wire.url, expecting)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  const other = bytesOf('ListBackups', '{}', 'Expect: 200-maybe', close);
  expect(await sendBytes(wire.url, other)).toMatch(/^HTTP\/1.1 417 /);
});

test.each([
  [['Content-Length: 2', 'Transfer-Encoding: chunked']],
  [['Content-Length: 2', 'Content-Length: 3']],
  [['Content-Length: -1']],
  [['Content-Length: 99999999999999999999']],
  [['Content-Length: x']],
])('an invalid length of a body is rejected: %j', async (lines) => {
  expect(await sendBytes(wire.url, `${head('ListBackups', ...lines, close)}{}`)).toMatch(/^HTTP\/1.1 400 /);
});

test.each([
  ['a word', 'x'.repeat(1000)],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['another version', 'POST / HTTP/9.9\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('bytes that are not an HTTP request are rejected: %s', async (_, bytes) => {
  expect(await sendBytes(wire.url, Buffer.from(bytes, 'latin1'))).toMatch(/^HTTP\/1.1 400 /);
});

test('too many or too long headers are rejected', async () => {
  const long = bytesOf('ListBackups', '{}', `X-Long: ${'x'.repeat(20_000)}`, close);
  expect(await sendBytes(wire.url, long)).toMatch(/^HTTP\/1.1 431 /);
  const many = Array.from({ length: 3000 }, (_, i) => `X-${i}: 1`);
  expect(await sendBytes(wire.url, bytesOf('ListBackups', '{}', ...many, close))).toMatch(/^HTTP\/1.1 431 /);
});

test('a connection that breaks off before the whole request has arrived creates no backup', async () => {
  const table = await wire.createTable('closed');
  const body = JSON.stringify({ TableName: table, BackupName: 'closed' });
  const bytes = bytesOf('CreateBackup', body);
  for (const missing of [1, body.length - 10, body.length, body.length + 20]) {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const socket = await openConnection(wire.url);
      await new Promise((resolve) => socket.write(bytes.slice(0, -missing), resolve));
      socket[how]();
    }
  }
  expect((await wire.list({ TableName: table })).arns).toEqual([]);
});

test('200 clients that stop in the middle of a request do not delay others', async () => {
  const sockets = await Promise.all(Array.from({ length: 200 }, () => openConnection(wire.url)));
  for (const socket of sockets) socket.write(`${head('ListBackups', 'Content-Length: 1000000')}{"x":"`);
  const begun = Date.now();
  expect((await call(wire.url, 'ListBackups', {})).status).toBe(200);
  expect(Date.now() - begun).toBeLessThan(2000);
  for (const socket of sockets) socket.destroy();
});
