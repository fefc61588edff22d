import { describe, expect, test, vi } from 'vitest';
import { type ApiEvent, createApiHandler } from '../../lambda/handlers/compose/api-handler.ts';
import type { Operations } from '../../lambda/operations/operations.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';

const body = '{"TableName":"Music","BackupName":"nightly"}';

/** A request as API Gateway's proxy integration passes it on. */
function event(more: Partial<ApiEvent> = {}): ApiEvent {
  return {
    httpMethod: 'POST',
    path: '/',
    headers: {
      'Content-Type': 'application/x-amz-json-1.0',
      'X-Amz-Target': 'DynamoDB_20120810.CreateBackup',
      'Amz-Sdk-Invocation-Id': 'c0ffee',
    },
    body,
    isBase64Encoded: false,
    requestContext: { identity: { userArn: 'arn:aws:iam::123456789012:user/ada' } },
    ...more,
  };
}

const input = {
  table: 'Music',
  name: 'nightly',
  requestKey: 'c0ffee',
  requestedBy: 'arn:aws:iam::123456789012:user/ada',
};

describe('an event of API Gateway', () => {
  test('becomes a request with lower-case header names and the caller of the event’s identity', async () => {
    const operations = fakeOperations();
    const answer = await createApiHandler(() => operations, silentLog)(event());
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toHaveProperty('content-type', 'application/x-amz-json-1.0');
    expect(JSON.parse(answer.body)).toHaveProperty('BackupDetails.BackupStatus', 'CREATING');
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith(input);
  });

  test('has its body decoded if that is in base64', async () => {
    const operations = fakeOperations();
    const encoded = Buffer.from(body).toString('base64');
    await createApiHandler(() => operations, silentLog)(event({ body: encoded, isBase64Encoded: true }));
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith(input);
  });

  test.each([
    { requestContext: undefined },
    { requestContext: {} },
    { requestContext: { identity: { userArn: null } } },
  ])('becomes a request without a caller if it has no identity: %j', async (more) => {
    const operations = fakeOperations();
    await createApiHandler(() => operations, silentLog)(event(more));
    expect(operations.createBackup.mock.lastCall?.[0]).not.toHaveProperty('requestedBy');
  });

  test.each(['', '/', '//'])('for GET %j is answered as the health check', async (path) => {
    const request = event({ httpMethod: 'GET', path, headers: null, body: null });
    const answer = await createApiHandler(() => fakeOperations(), silentLog)(request);
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringMatching(/^healthy: dynamodb\./) });
  });

  test.each<[string, Partial<ApiEvent>]>([
    ['/backup/Music', {}],
    ['/backup/Music/', {}],
    ['/backup/Music', { requestContext: { path: '/prod/backup/Music' } }],
    // A custom domain may add a base path.
    ['/tide/mark/backup/Music', { requestContext: { path: '/tide/mark/backup/Music' } }],
    ['/backup/Music', { resource: undefined, pathParameters: undefined }],
  ])('becomes a request to the table of its path: %s, %j', async (path, more) => {
    const { body } = await askAt(path, 'Music', more);
    expect(body).toContain('BackupDetails');
  });

  test.each<[string, Partial<ApiEvent>]>([
    ['/backup/%4dusic', {}],
    ['/backup/Music', { requestContext: { path: '/prod/backup/%4dusic' } }],
    ['/%62ackup/Music', {}],
    ['//backup/Music', {}],
    ['/backup//Music', {}],
    ['/backup/Music//', {}],
    ['/backup/./Music', {}],
    ['/read/../backup/Music', {}],
    ['/BACKUP/Music', {}],
    ['/backup/music', {}],
    ['/backup/Music ', {}],
    ['/backup/Music', { requestContext: { path: '/prod/backup/Other' } }],
    ['/backup/Other/Music', {}],
    ['/a%2fb/backup/Music', {}],
    ['/backup/%4dusic', { resource: undefined, pathParameters: undefined }],
  ])('is refused unless its path is written exactly as that of its table: %s, %j', async (path, more) => {
    const { statusCode, body } = await askAt(path, 'Music', more);
    expect([statusCode, body]).toEqual([400, expect.stringContaining('AccessDeniedException')]);
  });

  /** Sends a request for a backup of Music, at a path in which API Gateway found this table. */
  function askAt(path: string, table: string, more: Partial<ApiEvent>) {
    const found = { path, resource: '/backup/{table}', pathParameters: { table } };
    return createApiHandler(() => fakeOperations(), silentLog)(event({ ...found, ...more }));
  }

  test('gets an answer of the dialect even without a body', async () => {
    const answer = await createApiHandler(() => fakeOperations(), silentLog)(event({ body: null }));
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('SerializationException');
  });
});

describe('the handler of the DynamoDB dialect', () => {
  test('creates its operations at the first request and reuses them', async () => {
    const make = vi.fn<() => Operations>(fakeOperations);
    const handler = createApiHandler(make, silentLog);
    expect(make).not.toHaveBeenCalled();
    await handler(event());
    await handler(event());
    expect(make).toHaveBeenCalledTimes(1);
  });
});

describe('the log of the handler', () => {
  test('has the caller that API Gateway authenticated', async () => {
    const info = vi.fn<Log['info']>();
    await createApiHandler(() => fakeOperations(), { ...silentLog, info })(event());
    expect(info).toHaveBeenCalledExactlyOnceWith(
      'request',
      expect.objectContaining({
        operation: 'CreateBackup',
        caller: 'arn:aws:iam::123456789012:user/ada',
        tables: ['Music'],
        outcome: 'done',
      }),
    );
  });
});
