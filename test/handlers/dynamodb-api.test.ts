import { describe, expect, test, vi } from 'vitest';
import { type ApiEvent, createApiHandler } from '../../lambda/handlers/dynamodb-api.ts';
import type { Operations } from '../../lambda/operations/operations.ts';
import { type Log, silentLog } from '../../lambda/runtime/logger.ts';
import { fakeOperations } from '../dialects/dynamodb/fakes.ts';

const body = '{"TableName":"Music","BackupName":"nightly"}';

/** A request as API Gateway's proxy integration hands it over. */
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

const asked = {
  table: 'Music',
  name: 'nightly',
  requestKey: 'c0ffee',
  requestedBy: 'arn:aws:iam::123456789012:user/ada',
};

describe('an event of API Gateway becomes a request of the dialect', () => {
  test('header names of any case, the caller from the identity', async () => {
    const operations = fakeOperations();
    const answer = await createApiHandler(() => operations, silentLog)(event());
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toHaveProperty('content-type', 'application/x-amz-json-1.0');
    expect(JSON.parse(answer.body)).toHaveProperty('BackupDetails.BackupStatus', 'CREATING');
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith(asked);
  });

  test('a base64 body is decoded', async () => {
    const operations = fakeOperations();
    const encoded = Buffer.from(body).toString('base64');
    await createApiHandler(() => operations, silentLog)(event({ body: encoded, isBase64Encoded: true }));
    expect(operations.createBackup).toHaveBeenCalledExactlyOnceWith(asked);
  });

  test.each([
    { requestContext: undefined },
    { requestContext: {} },
    { requestContext: { identity: { userArn: null } } },
  ])('a caller that is not known is left out: %j', async (more) => {
    const operations = fakeOperations();
    await createApiHandler(() => operations, silentLog)(event(more));
    expect(operations.createBackup.mock.lastCall?.[0]).not.toHaveProperty('requestedBy');
  });

  test.each(['', '/', '//'])('GET %j is the health check', async (path) => {
    const request = event({ httpMethod: 'GET', path, headers: null, body: null });
    const answer = await createApiHandler(() => fakeOperations(), silentLog)(request);
    expect(answer).toMatchObject({ statusCode: 200, body: expect.stringMatching(/^healthy: dynamodb\./) });
  });

  test.each([
    ['/read', '/read', 'AccessDeniedException'],
    ['/backup/', '/backup', 'BackupDetails'],
    // A domain of one's own may put something before the path.
    ['/tidemark/read', '/read', 'AccessDeniedException'],
    ['/%72ead', '/read', 'AccessDeniedException'],
    ['/read', undefined, 'AccessDeniedException'],
    ['/read', '/', 'BackupDetails'],
  ])('the path is the one that API Gateway has matched: %s by %s', async (path, resource, said) => {
    const { body } = await createApiHandler(() => fakeOperations(), silentLog)(event({ path, resource }));
    expect(body).toContain(said);
  });

  test('a request without a body is answered in the dialect', async () => {
    const answer = await createApiHandler(() => fakeOperations(), silentLog)(event({ body: null }));
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('SerializationException');
  });
});

describe('operations are made once, at the first request', () => {
  test('and serve every later one', async () => {
    const make = vi.fn<() => Operations>(fakeOperations);
    const handler = createApiHandler(make, silentLog);
    expect(make).not.toHaveBeenCalled();
    await handler(event());
    await handler(event());
    expect(make).toHaveBeenCalledTimes(1);
  });
});

describe('one line is logged per invocation, with who called', () => {
  test.each([
    [event(), 'CreateBackup', 200],
    [event({ body: '{}' }), 'CreateBackup', 400],
    [
      event({ headers: { 'content-type': 'application/json', 'x-amz-target': 'forged\nline' } }),
      undefined,
      400,
    ],
  ])('%#', async (request, operation, status) => {
    const info = vi.fn<Log['info']>();
    await createApiHandler(() => fakeOperations(), { ...silentLog, info })(request);
    expect(info).toHaveBeenCalledExactlyOnceWith('request', {
      operation,
      status,
      caller: 'arn:aws:iam::123456789012:user/ada',
      milliseconds: expect.any(Number),
    });
  });
});
