import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, request, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { type LocalServer, startServer } from '../../local/server.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';
import { call } from '../support/local/support.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The database's answer to every call. */
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startBefore(
  dynamodbEndpoint: string,
  origins: readonly string[] = [],
): Promise<LocalServer & { operations: object }> {
  const operations = fakeOperations();
  const server = await startServer({ port: 0, dynamodbEndpoint, operations, origins, log: silentLog });
  onTestFinished(() => server.close());
  return { ...server, operations };
}

/** Starts a server before a database that answers every call alike. Returns it and the requests that the database received. */
async function setUp({ status = 200, headers = {}, body }: Answer = { body: '{}' }, origins: string[] = []) {
  const received: Received[] = [];
  const database = await serve((incoming, response) => {
    void text(incoming).then((sent) => {
      received.push({ headers: incoming.headers, body: sent });
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
    });
  });
  return { ...(await startBefore(database, origins)), received };
}

describe('a web page of an allowed origin', () => {
  const origin = 'https://app.example';
  const origins = [origin];
  const asked = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type,x-amz-date,x-amz-target',
  };

  test('may send any request that its browser announces in a preflight', async () => {
    const { url, received } = await setUp({ body: '{}' }, origins);
    const answer = await fetch(url, { method: 'OPTIONS', headers: { origin, ...asked } });
    const allowed = ['origin', 'methods', 'headers'].map((what) =>
      answer.headers.get(`access-control-allow-${what}`),
    );
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    expect(allowed).toEqual([origin, ...Object.values(asked)]);
    expect(answer.headers.get('access-control-max-age')).toBe('1728000');
    expect(received).toEqual([]);
  });

  test.each(['PutItem', 'CreateTable', 'ListBackups', 'NoSuchOperation'])(
    'may read the answer to %s, whether Tidemark or the database gives it',
    async (operation) => {
      const { url } = await setUp({ body: '{}' }, origins);
      const headers = { origin, 'x-amz-target': `DynamoDB_20120810.${operation}` };
      const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-amzn-RequestId');
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    },
  );

  test('is not named in the answer to a request without an origin', async () => {
    const { url } = await setUp();
    const answer = await call(url, 'DynamoDB_20120810.PutItem', '{}');
    const names = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(names).toEqual([]);
  });
});

describe('a call that the server passes to the database', () => {
  test('reaches the database byte for byte, and its answer reaches the caller byte for byte', async () => {
    const sent = '{ "TableName":"orders",  "Item": {"id":{"S":"é😀"}} }';
    const answered = '{ "Attributes" : {} }';
    const { url, received } = await setUp({
      headers: { 'x-amz-crc32': '42', 'x-own': 'kept' },
      body: answered,
    });
    const answer = await call(url, 'DynamoDB_20120810.PutItem', sent);
    expect(await answer.text()).toBe(answered);
    expect(answer.headers.get('x-amz-crc32')).toBe('42');
    expect(answer.headers.get('x-own')).toBe('kept');
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      body: sent,
      headers: {
        'x-amz-target': 'DynamoDB_20120810.PutItem',
        authorization: expect.stringContaining('Credential=test'),
      },
    });
  });

  test('keeps the status and body of an error', async () => {
    const body = '{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"gone"}';
    const { url } = await setUp({ status: 400, body });
    const answer = await call(url, 'DynamoDBStreams_20120810.GetRecords', {});
    expect([answer.status, await answer.text()]).toEqual([400, body]);
  });

  test('may be as large as DynamoDB allows', async () => {
    const { url, received } = await setUp();
    const answer = await call(url, 'DynamoDB_20120810.BatchWriteItem', ' '.repeat(16 * 1024 * 1024));
    expect([answer.status, received[0]?.body.length]).toEqual([200, 16 * 1024 * 1024]);
  });

  test('gets a service error if the database is not reachable', async () => {
    const { url } = await startBefore('http://127.0.0.1:1');
    const answer = await call(url, 'DynamoDB_20120810.PutItem', {});
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

test('an answer that the database breaks off does not affect other calls', async () => {
  const database = await serve((incoming, response) => {
    incoming.resume();
    if (incoming.headers['x-amz-target'] === 'DynamoDB_20120810.GetItem') response.end('{}');
    else
      response.writeHead(200, { 'content-length': 100 }).write('{', () => incoming.socket.resetAndDestroy());
  });
  const { url } = await startBefore(database);
  const broken = call(url, 'DynamoDB_20120810.Scan', {}).then((answer) => answer.text());
  await expect(broken).rejects.toThrow(/terminated|fetch failed/);
  expect((await call(url, 'DynamoDB_20120810.GetItem', {})).status).toBe(200);
});

describe('CreateTable', () => {
  const stream = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' };

  test('gets a stream if the request does not specify one', async () => {
    const { url, received } = await setUp();
    await call(url, 'DynamoDB_20120810.CreateTable', { TableName: 'é', Tags: [] });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({
      TableName: 'é',
      Tags: [],
      StreamSpecification: stream,
    });
  });

  test('keeps the stream that the request specifies', async () => {
    const { url, received } = await setUp();
    const body = { TableName: 'orders', StreamSpecification: { StreamEnabled: false } };
    await call(url, 'DynamoDB_20120810.CreateTable', body);
    expect(JSON.parse(received[0]?.body ?? '')).toEqual(body);
  });

  test.each(['not JSON', '[1]', 'null'])(
    'is passed to the database unchanged if its body is %s',
    async (body) => {
      const { url, received } = await setUp();
      await call(url, 'DynamoDB_20120810.CreateTable', body);
      expect(received[0]?.body).toBe(body);
    },
  );
});

describe('ListTables', () => {
  test('returns no catalog table, and has a correct checksum', async () => {
    const page = {
      TableNames: ['orders', 'tidemark-catalog', 'users'],
      LastEvaluatedTableName: 'users',
    };
    const { url } = await setUp({ headers: { 'x-amz-crc32': '42' }, body: JSON.stringify(page) });
    const answer = await call(url, 'DynamoDB_20120810.ListTables', {});
    const body = await answer.text();
    expect(JSON.parse(body)).toEqual({ ...page, TableNames: ['orders', 'users'] });
    expect(answer.headers.get('x-amz-crc32')).toBe(String(crc32(body)));
  });

  test('passes an error on unchanged', async () => {
    const body = '{"__type":"ValidationException"}';
    const { url } = await setUp({ status: 400, body });
    const answer = await call(url, 'DynamoDB_20120810.ListTables', {});
    expect([answer.status, await answer.text()]).toEqual([400, body]);
  });
});

describe('a call that the server answers itself', () => {
  test('does not reach the database', async () => {
    const { url, received, operations } = await setUp();
    const answer = await call(url, 'DynamoDB_20120810.CreateBackup', {
      TableName: 'Music',
      BackupName: 'nightly',
    });
    expect(await answer.json()).toMatchObject({ BackupDetails: { BackupStatus: 'CREATING' } });
    expect(operations).toHaveProperty('createBackup.mock.calls.length', 1);
    expect(received).toEqual([]);
  });

  test.each(['DynamoDB_20120810', 'AmazonSQS.SendMessage', ''])(
    'is rejected as an unknown operation: %s',
    async (target) => {
      const { url, received } = await setUp();
      const answer = await call(url, target, {});
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('UnknownOperationException');
      expect(received).toEqual([]);
    },
  );

  test.each(['/backup/Music', '/read/Music/', '/prod/'])('at %s never reaches the database', async (path) => {
    const { url, received } = await setUp();
    const answer = await call(`${url}${path}`, 'DynamoDB_20120810.PutItem', {});
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('UnknownOperationException'),
    ]);
    const create = { TableName: 'Music', BackupName: 'nightly' };
    const created = await call(`${url}${path}`, 'DynamoDB_20120810.CreateBackup', create);
    expect(created.status).toBe(path === '/backup/Music' ? 200 : 400);
    expect(received).toEqual([]);
  });

  test.each([
    ['', {}, 400],
    ['', { authorization: 'Bearer AWS4-HMAC-SHA256' }, 400],
    ['?X-Amz-Credential=a&X-Amz-Signature=b', {}, 400],
    ['', { authorization: 'AWS4-HMAC-SHA256 Signature=0' }, 200],
    ['?X-Amz-Algorithm=AWS4-HMAC-SHA256', {}, 200],
  ])('must have a signature of either form: %s %j', async (query, headers, status) => {
    const { url } = await setUp();
    const answer = await fetch(`${url}/${query}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.ListBackups',
        ...headers,
      },
      body: '{}',
    });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(status === 200 ? 'BackupSummaries' : 'MissingAuthenticationToken');
  });

  test('GET / reports that the endpoint is healthy', async () => {
    const { url } = await setUp();
    const answer = await fetch(`${url}/`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('healthy')]);
  });
});

test.each(['DynamoDB_20120810.CreateBackup', 'DynamoDB_20120810.PutItem'])(
  'a body above the limit is rejected: %s',
  async (target) => {
    const { url, received } = await setUp();
    const answer = await call(url, target, ' '.repeat(16 * 1024 * 1024 + 1));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ __type: 'RequestEntityTooLargeException' });
    expect(received).toEqual([]);
  },
);

test('startServer names a port that is in use, and how to choose another', async () => {
  const taken = Number(new URL(await serve(() => {})).port);
  const options = { dynamodbEndpoint: 'http://127.0.0.1:1', operations: fakeOperations(), log: silentLog };
  await expect(startServer({ port: taken, ...options })).rejects.toThrow(
    `Port ${taken} is in use. Choose another: PORT=${taken + 10} npm start`,
  );
});

test('closing the server waits for requests in flight, and then ends at once', async () => {
  const asked = Promise.withResolvers<void>();
  const allowed = Promise.withResolvers<void>();
  const database = await serve((_, response) => {
    asked.resolve();
    void allowed.promise.then(() => response.end('{}'));
  });
  const server = await startBefore(database);
  const inFlight = request(server.url, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem', connection: 'keep-alive' },
  });
  inFlight.end();
  await asked.promise;
  let closed = false;
  const closing = server.close().then(() => (closed = true));
  await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  expect(closed).toBe(false);
  const answered = once(inFlight, 'response');
  allowed.resolve();
  const [answer] = await answered;
  expect(await text(answer)).toBe('{}');
  const began = performance.now();
  await closing;
  // A kept-alive connection alone would delay the end by five seconds.
  expect(performance.now() - began).toBeLessThan(2000);
});
