import { afterEach, describe, expect, test } from 'vitest';
import { apiOperations } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { formsOf, pathForms, pathOf, verbs } from '../../../lambda/dialects/dynamodb/paths.ts';
import {
  call,
  expectError,
  expectNoFault,
  expectWellFormed,
  headersOf,
  operations,
  send,
} from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

// The endpoint still answers the next request.
afterEach(() => wire.ok('ListBackups', {}));

describe('the target of a request', () => {
  test.each([
    'DynamoDB_20120810.Nope',
    'DynamoDB_20120810.',
    'DynamoDB_20120810',
    'DynamoDB_20120810.createbackup',
    'DynamoDB_20111205.CreateBackup',
    'DynamoDB_20120810.CreateBackup.x',
    'DynamoDB_20120810.__proto__',
    'DynamoDB_20120810.constructor',
    '__proto__.CreateBackup',
    'CreateBackup',
    '.CreateBackup',
    ' ',
    'x'.repeat(200),
  ])('%s gets UnknownOperationException', async (target) => {
    const headers = { ...headersOf('x'), 'x-amz-target': target };
    expectError(await send(wire.url, { headers, body: '{}' }), 'UnknownOperationException');
  });

  test('gets UnknownOperationException if it is missing or sent twice', async () => {
    const { 'x-amz-target': target = '', ...headers } = headersOf('ListBackups');
    expectError(await send(wire.url, { headers, body: '{}' }), 'UnknownOperationException');
    const twice = { ...headers, 'x-amz-target': [target, target] };
    expectError(await send(wire.url, { headers: twice, body: '{}' }), 'UnknownOperationException');
  });
});

test('a request without a signature gets MissingAuthenticationTokenException', async () => {
  const { authorization: _, ...headers } = headersOf('ListBackups');
  expectError(
    await send(wire.url, { headers, body: '{}' }),
    'MissingAuthenticationTokenException',
    'Request is missing Authentication Token',
  );
});

describe('the method of a request', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'])(
    '%s gets a 404',
    async (method) => {
      const answer = await send(wire.url, { method, headers: headersOf('ListBackups') });
      expect(answer.status).toBe(404);
      expect(answer.headers['x-amzn-requestid']).toMatch(/\S{8,}/);
    },
  );

  test('GET gets the health check', async () => {
    const { status, bytes } = await send(wire.url, { method: 'GET', headers: {} });
    expect([status, bytes.toString()]).toEqual([
      200,
      expect.stringMatching(/^healthy: dynamodb\..*\.amazonaws\.com $/),
    ]);
  });
});

test.each([
  ['application/x-amz-json-1.0; charset=utf-8', 200],
  ['application/json', 200],
  ['application/x-amz-json-1.1', 404],
  ['text/plain', 404],
  ['application/x-www-form-urlencoded', 404],
  ['multipart/form-data', 404],
  ['', 404],
])('a body of the content type %j gets %i', async (type, status) => {
  const answer = await call(wire.url, 'ListBackups', '{}', { 'content-type': type });
  expect(answer.status).toBe(status);
  expectWellFormed(answer);
});

describe('the path of a request', () => {
  test.each([
    '//',
    '/BACKUP',
    '/back%75p',
    '/backup/Music%2f',
    '/backup/../',
    '/./',
    '/x',
    '/%',
    '/%00',
    '/%ff',
    '/%E0%A4%A',
    '/?a=b',
    '/backup/abcd?x',
    '/%2e%2e/',
    '/..',
    '/__proto__',
    '/constructor',
    '/prod/',
    '*',
    '/#x',
    'http://example.com/backup',
    `/${'a'.repeat(200)}`,
  ])('causes no internal error: %s', async (path) => {
    for (const operation of ['ListBackups', 'DeleteBackup', 'CreateBackup', 'ListTables', 'DescribeTable']) {
      const body = '{"BackupArn":"x","TableName":"abcd"}';
      const answer = await send(wire.url, { path, headers: headersOf(operation), body });
      expectNoFault(answer, `${operation} ${path}`);
    }
  });

  test.each(verbs.map((verb) => [pathOf({ verb, table: 'abcdef', target: 'target' }), verb] as const))(
    '%s, with or without a slash, accepts the operations of %s and none of the database',
    async (path, verb) => {
      const all = [...operations, 'DeleteTable', 'PutItem', 'ListTables', 'Scan'];
      for (const sent of [path, `${path}/`]) {
        const answered: string[] = [];
        for (const operation of all) {
          const answer = await send(wire.url, {
            path: sent,
            headers: headersOf(operation),
            body: '{"Limit":"x","TableName":"x"}',
          });
          const isRejected = /#(AccessDenied|UnknownOperation)Exception$/.test(String(answer.json['__type']));
          if (!isRejected) answered.push(operation);
        }
        const served = apiOperations.filter((operation) => formsOf(operation).includes(pathForms[verb]));
        expect(answered.toSorted()).toEqual(served.map(({ name }) => name).toSorted());
      }
    },
  );
});

test.each<[string, string[]]>([
  ['authorization', ['AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credential=', 'Basic eDp5', 'Bearer x', ' ']],
  [
    'authorization',
    ['x', 'AWS4-HMAC-SHA256 Credential=a/b', `AWS4-HMAC-SHA256 Credential=${'x/'.repeat(3000)}`],
  ],
  ['x-amz-date', ['', 'x', '99999999T999999Z', '20260101']],
  ['amz-sdk-invocation-id', ['', 'x'.repeat(7000), '../../x', '\'"{}']],
  ['amz-sdk-request', ['attempt=1', 'attempt=x; max=', '=']],
  ['x-amzn-requestid', ['a', 'x'.repeat(3000)]],
  ['host', ['', 'a b', 'x'.repeat(300), '[::1', '127.0.0.1:99999']],
  ['content-encoding', ['br', 'deflate', 'gzip', 'nope']],
  ['x-forwarded-for', ['1.2.3.4, x']],
])('a header %s with any value causes no internal error', async (name, values) => {
  for (const value of values) {
    for (const operation of ['ListBackups', 'CreateBackup', 'ListTables']) {
      const body = operation === 'CreateBackup' ? { TableName: 'nowhere', BackupName: 'abc' } : {};
      const answer = await call(wire.url, operation, body, { [name]: value });
      expectNoFault(answer, `${operation} ${name}: ${value.slice(0, 40)}`);
    }
  }
});

test('an answer is not compressed and has a checksum and a unique id', async () => {
  const ids = new Set<unknown>();
  for (let i = 0; i < 10; i++) {
    const { headers } = await call(
      wire.url,
      'ListBackups',
      {},
      { 'accept-encoding': 'gzip, br', te: 'trailers' },
    );
    expect(headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-crc32': expect.stringMatching(/^\d+$/),
    });
    expect(headers).not.toHaveProperty('content-encoding');
    ids.add(headers['x-amzn-requestid']);
  }
  expect(ids.size).toBe(10);
});
