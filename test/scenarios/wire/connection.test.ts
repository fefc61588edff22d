import { afterEach, expect, test } from 'vitest';
import { call, connected, head, raw } from '../../support/wire/http.ts';
import { embeddedWire } from '../../support/wire/support.ts';

const wire = embeddedWire();

/** Of the last request of a connection: the answer's end is the connection's. */
const close = 'Connection: close';

// Whatever was sent, the next one is served.
afterEach(() => wire.ok('ListBackups', {}));

/** A whole request in bytes. */
function bytesOf(operation: string, body: string, ...lines: readonly string[]): string {
  return head(operation, `Content-Length: ${body.length}`, ...lines) + body;
}

test('a body may come in chunks of one byte; chunks that are none are refused', async () => {
  const chunked = head('ListBackups', 'Transfer-Encoding: chunked', close);
  const chunks = '{"Limit":1}'
    .split('')
    .map((byte) => `1\r\n${byte}\r\n`)
    .join('');
  expect(await raw(wire.url, `${chunked}${chunks}0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
  expect(await raw(wire.url, `${chunked}zz\r\n{}\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
});

test('requests that are sent without waiting are answered in their order', async () => {
  const requests = [1, 0, 2, 500].map((Limit) => bytesOf('ListBackups', JSON.stringify({ Limit })));
  const answers = await raw(wire.url, [...requests, bytesOf('ListBackups', '{}', close)].join(''));
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(
    ['200', '400', '200', '400', '200'].map((status) => `HTTP/1.1 ${status}`),
  );
});

test('so are those of which some are the database’s', async () => {
  const requests = ['ListBackups', 'ListTables', 'ListBackups'].map((name) => bytesOf(name, '{}'));
  const answers = await raw(wire.url, [...requests, bytesOf('ListTables', '{}', close)].join(''));
  expect(answers.match(/BackupSummaries|TableNames/g)).toEqual([
    'BackupSummaries',
    'TableNames',
    'BackupSummaries',
    'TableNames',
  ]);
});

test('who asks whether to go on with the body is told to', async () => {
  const asked = bytesOf('ListBackups', '{}', 'Expect: 100-continue', close);
  expect(await raw(wire.url, asked)).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 /);
  const other = bytesOf('ListBackups', '{}', 'Expect: 200-maybe', close);
  expect(await raw(wire.url, other)).toMatch(/^HTTP\/1.1 417 /);
});

test.each([
  [['Content-Length: 2', 'Transfer-Encoding: chunked']],
  [['Content-Length: 2', 'Content-Length: 3']],
  [['Content-Length: -1']],
  [['Content-Length: 99999999999999999999']],
  [['Content-Length: x']],
])('a length that cannot be is refused: %j', async (lines) => {
  expect(await raw(wire.url, `${head('ListBackups', ...lines, close)}{}`)).toMatch(/^HTTP\/1.1 400 /);
});

test.each([
  ['a word', 'x'.repeat(1000)],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['another version', 'POST / HTTP/9.9\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
])('what is no request is refused: %s', async (_, bytes) => {
  expect(await raw(wire.url, Buffer.from(bytes, 'latin1'))).toMatch(/^HTTP\/1.1 400 /);
});

test('too many headers are refused', async () => {
  const long = bytesOf('ListBackups', '{}', `X-Long: ${'x'.repeat(20_000)}`, close);
  expect(await raw(wire.url, long)).toMatch(/^HTTP\/1.1 431 /);
  const many = Array.from({ length: 3000 }, (_, i) => `X-${i}: 1`);
  expect(await raw(wire.url, bytesOf('ListBackups', '{}', ...many, close))).toMatch(/^HTTP\/1.1 431 /);
});

test('a connection that is broken off before the whole request came makes nothing', async () => {
  const table = await wire.table('closed');
  const body = JSON.stringify({ TableName: table, BackupName: 'closed' });
  const bytes = bytesOf('CreateBackup', body);
  for (const missing of [1, body.length - 10, body.length, body.length + 20]) {
    for (const how of ['destroy', 'resetAndDestroy'] as const) {
      const socket = await connected(wire.url);
      await new Promise((resolve) => socket.write(bytes.slice(0, -missing), resolve));
      socket[how]();
    }
  }
  expect((await wire.list({ TableName: table })).arns).toEqual([]);
});

test('200 clients that do not go on keep nobody waiting', async () => {
  const sockets = await Promise.all(Array.from({ length: 200 }, () => connected(wire.url)));
  for (const socket of sockets) socket.write(`${head('ListBackups', 'Content-Length: 1000000')}{"x":"`);
  const begun = Date.now();
  expect((await call(wire.url, 'ListBackups', {})).status).toBe(200);
  expect(Date.now() - begun).toBeLessThan(2000);
  for (const socket of sockets) socket.destroy();
});
