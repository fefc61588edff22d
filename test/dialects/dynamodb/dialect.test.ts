import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { handle, operationOf } from '../../../lambda/dialects/dynamodb/dialect.ts';
import type { WireRequest } from '../../../lambda/dialects/wire.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { fakeOperations, operationNames, post, validRequests, wasCalled } from './fakes.ts';

const serialization = '{"__type":"com.amazon.coral.service#SerializationException"}';
const unknownOperation = '{"__type":"com.amazon.coral.service#UnknownOperationException"}';
const missingToken =
  '{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}';

afterEach(() => vi.unstubAllEnvs());

const music = { TableName: 'Music' };

async function answerTo(
  request: WireRequest,
): Promise<{ status: number; body: string; type: string | undefined }> {
  const operations = fakeOperations();
  const { status, body, headers } = await handle(operations, request, silentLog);
  expect(wasCalled(operations)).toBe(status === 200 && request.method === 'POST');
  return { status, body, type: headers['content-type'] };
}

describe('a request with the HTTP method', () => {
  test.each(['/', '/anything'])('GET, at %s, is answered as the health check', async (path) => {
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    const request = { method: 'GET', path, headers: {}, body: '', signed: false };
    expect(await answerTo(request)).toMatchObject({
      status: 200,
      body: 'healthy: dynamodb.eu-west-1.amazonaws.com ',
    });
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'get'])(
    '%s gets a 404, and names no operation',
    async (method) => {
      const request = { ...post('ListBackups', {}), method };
      expect(await answerTo(request)).toMatchObject({ status: 404, body: '<UnknownOperationException/>\n' });
      expect(operationOf(request)).toBeUndefined();
      // The service's own checksum of this body.
      const { headers } = await handle(fakeOperations(), request, silentLog);
      expect(headers['x-amz-crc32']).toBe('3552371480');
    },
  );
});

describe('a request with the content type', () => {
  const postAs = (type: string | undefined, body: string) =>
    post('ListBackups', body, { headers: { 'content-type': type } });

  test.each([undefined, '', 'whatever', 'application/x-amz-json-1.1', 'application/jsonasdf', 'text/plain'])(
    '%j gets a 404',
    async (type) => {
      expect(await answerTo(postAs(type, '{}'))).toMatchObject({
        status: 404,
        body: '<UnknownOperationException/>\n',
      });
    },
  );

  test.each([
    ['application/x-amz-json-1.0', 'application/x-amz-json-1.0'],
    ['application/x-amz-json-1.0;blahblah', 'application/x-amz-json-1.0'],
    ['Application/X-Amz-Json-1.0', 'application/x-amz-json-1.0'],
    ['application/json', 'application/json'],
    ['  application/json  ;   asfd', 'application/json'],
  ])('%s gets %s', async (sent, answered) => {
    expect(await answerTo(postAs(sent, '{}'))).toMatchObject({ status: 200, type: answered });
    expect(await answerTo(postAs(sent, 'hi'))).toEqual({ status: 400, body: serialization, type: answered });
  });

  test('missing, and without a body, gets plain JSON', async () => {
    const request = post('', '', { headers: { 'content-type': undefined, 'x-amz-target': undefined } });
    expect(await answerTo(request)).toEqual({
      status: 400,
      body: unknownOperation,
      type: 'application/json',
    });
  });
});

describe('a request with the target', () => {
  test.each([
    'DynamoDB_20120810.PutItem',
    'DynamoDB_20111205.CreateBackup',
    'CreateBackup',
    'DynamoDB_20120810.constructor',
    'DynamoDB_20120810.createBackup',
    'DynamoDB_20120810.CreateBackup.',
    '',
    undefined,
  ])('%j gets UnknownOperationException', async (target) => {
    const request = post('', '{}', { headers: { 'x-amz-target': target } });
    expect(await answerTo(request)).toMatchObject({ status: 400, body: unknownOperation });
    expect(operationOf(request)).toBeUndefined();
  });

  test.each(operationNames)('%s reaches its operation', async (name) => {
    const request = post(name, validRequests[name]);
    expect(operationOf(request)).toBe(name);
    expect((await answerTo(request)).status).toBe(200);
  });
});

describe('a request before decoding', () => {
  const unknown = { 'x-amz-target': 'DynamoDB_20120810.Nothing' };
  // Each request corrects the first error of the request before it.
  test.each([
    [{ method: 'PUT', body: '{', headers: { ...unknown, 'content-type': 'text/plain' } }, 404, /^<Unknown/],
    [{ body: '{', headers: { ...unknown, 'content-type': 'text/plain' } }, 404, /^<Unknown/],
    [{ body: '{', headers: unknown }, 400, /Serialization/],
    [{ body: '', headers: unknown }, 400, /UnknownOperation/],
    [{ body: '' }, 400, /MissingAuthenticationToken/],
    [{ body: '', signed: true, path: '/read/Music' }, 400, /AccessDenied/],
    [{ body: '', signed: true }, 400, /Serialization/],
    [{ body: '{}', signed: true }, 400, /ValidationException/],
  ])(
    'is checked for method, content type, JSON, target, signature, path and body in this order: %j',
    async (more, status, body) => {
      const request = post('CreateBackup', '', { signed: false, ...more });
      expect(await answerTo(request)).toMatchObject({ status, body: expect.stringMatching(body) });
    },
  );

  test('is rejected with MissingAuthenticationTokenException if it has no signature', async () => {
    const request = post('ListBackups', {}, { signed: false });
    expect(await answerTo(request)).toMatchObject({ status: 400, body: missingToken });
  });

  test.each(['', 'x', '{', '[]', '1', 'null', '"text"', '{"TableName":}', '[['.repeat(100_000)])(
    'is rejected with a SerializationException if its body is not a JSON object: case %#',
    async (body) => {
      expect(await answerTo(post('CreateBackup', body))).toMatchObject({ status: 400, body: serialization });
    },
  );
});

describe('the path of a request', () => {
  const seen = ['DescribeBackup', 'ListBackups'];
  const restore = [
    ...seen,
    'DescribeRestore',
    'DescribeTable',
    'EstimateRestore',
    'RestoreTableFromBackup',
    'RestoreTableToPointInTime',
  ];
  const read = [
    ...seen,
    'CompareBackups',
    'DescribeContinuousBackups',
    'DescribeTable',
    'EstimateRestore',
    'GetBackupItem',
    'ListRestores',
    'PlanSweep',
    'VerifyBackup',
  ];
  /** A valid request of each operation that names the table Music and, where possible, the target Copy. */
  const requests = { ...validRequests, ListBackups: music, ListRestores: music, PlanSweep: music };

  test.each([
    ['/', operationNames],
    ['/read/Music', read],
    ['/read/Music/', read],
    ['/read/Copy', ['DescribeRestore']],
    ['/backup/Music', [...seen, 'CreateBackup', 'DescribeTable']],
    ['/delete/Music', [...seen, 'DeleteBackup', 'CancelBackup']],
    ['/restore/Music/Copy', restore],
    ['/restore/Music/Copy/', restore],
    ['/reencrypt/Music/Copy', restore],
    ['/restore/Other/Copy', ['DescribeRestore']],
    ['/restore/Other/Music', ['DescribeTable']],
    ['/restore/Music/Other', restore.filter((name) => !/^Restore|DescribeRestore/.test(name))],
    ['/recovery/Music', ['DescribeContinuousBackups', 'UpdateContinuousBackups']],
    ...['read', 'backup', 'delete', 'recovery'].map((verb) => [`/${verb}/Other`, []] as const),
  ] as const)('%s serves these operations and no other: %j', async (path, served) => {
    const answered: string[] = [];
    for (const name of operationNames) {
      const { status } = await answerTo(post(name, requests[name], { path }));
      if (status === 200) answered.push(name);
    }
    expect(answered.toSorted()).toEqual([...served].toSorted());
  });

  test.each([
    [
      'CreateBackup',
      '/read/Music/',
      'CreateBackup is not served at /read/{table}, but at / and /backup/{table}',
    ],
    [
      'DeleteBackup',
      '/backup/Music',
      'DeleteBackup is not served at /backup/{table}, but at / and /delete/{table}',
    ],
    ['DeleteBackup', '/delete/Lyrics', 'BackupArn is not of the table of the path, Lyrics'],
    ['DescribeRestore', '/read/Lyrics', 'TargetTableName is not of the target of the path, Lyrics'],
    ['ListBackups', '/read/Music', 'The request must name the table of the path, Music, as TableName'],
    [
      'ListRestores',
      '/read/Music',
      'The request must name the table of the path, Music, as TableName or BackupArn',
    ],
    ['PlanSweep', '/read/Music', 'The request must name the table of the path, Music, as TableName'],
  ] as const)('is rejected with the reason: %s at %s', async (name, path, Message) => {
    expect(await answerTo(post(name, validRequests[name], { path }))).toMatchObject({
      status: 400,
      body: `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"${Message}"}`,
    });
  });

  test.each(['RestoreTableFromBackup', 'RestoreTableToPointInTime'] as const)(
    'needs the verb reencrypt if %s sets the encryption of the table',
    async (name) => {
      const request = { ...validRequests[name], SSESpecificationOverride: { Enabled: false } };
      expect((await answerTo(post(name, request))).status).toBe(200);
      expect((await answerTo(post(name, request, { path: '/reencrypt/Music/Copy' }))).status).toBe(200);
      expect(await answerTo(post(name, request, { path: '/restore/Music/Copy' }))).toMatchObject({
        status: 400,
        body: expect.stringContaining(
          'SSESpecificationOverride needs a right of its own: send the request to /reencrypt/Music/Copy',
        ),
      });
    },
  );
});

describe('every answer', () => {
  test.each([
    post('ListBackups', {}),
    post('ListBackups', 'no json'),
    post('Nothing', {}),
    post('ListBackups', {}, { signed: false }),
    post('ListBackups', { Limit: 0 }),
  ])('has the request id and the checksum that SDKs check: case %#', async (request) => {
    const { headers, body } = await handle(fakeOperations(), request, silentLog);
    expect(headers['x-amzn-requestid']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(headers['x-amz-crc32']).toBe(String(crc32(Buffer.from(body, 'utf8'))));
  });
});
