import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../../lambda/dialects/http.ts';
import { createHttpHandler, type HttpEvent } from '../../lambda/handlers/compose/http-handler.ts';

const event: HttpEvent = {
  rawPath: '/rds/',
  rawQueryString: 'Action=CreateBackup&DBName=a%2Cb',
  headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com', 'X-Acs-Action': 'CreateBackup' },
  isBase64Encoded: false,
  requestContext: {
    domainName: 'abc.execute-api.eu-west-1.amazonaws.com',
    http: { method: 'POST' },
  },
};

/** Sends an event to a handler that answers with this body. Returns the answer and the request that the dialect got. */
async function send(sent: HttpEvent, body: HttpResponse['body'] = 'done') {
  const seen: HttpRequest[] = [];
  let made = 0;
  const handler = createHttpHandler(() => {
    made++;
    return async (request) => {
      seen.push(request);
      return { status: 200, headers: { 'content-type': 'text/plain' }, body };
    };
  });
  await handler(sent);
  return { result: await handler(sent), seen: seen[0], made };
}

describe('the handler of an HTTP API', () => {
  it('passes each request unchanged to a dialect that it creates once', async () => {
    const { seen, made, result } = await send({ ...event, body: 'a=b' });
    expect(made).toBe(1);
    expect(result).toEqual({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'done' });
    expect(seen).toEqual({
      method: 'POST',
      path: '/rds/',
      query: 'Action=CreateBackup&DBName=a%2Cb',
      headers: { host: 'abc.execute-api.eu-west-1.amazonaws.com', 'x-acs-action': 'CreateBackup' },
      body: Buffer.from('a=b'),
      address: 'abc.execute-api.eu-west-1.amazonaws.com',
      isSecure: true,
    });
  });

  it('decodes a base64 body of a request, and encodes an answer of bytes', async () => {
    const { seen, result } = await send(
      { ...event, body: Buffer.of(0, 255).toString('base64'), isBase64Encoded: true },
      Uint8Array.of(1, 254),
    );
    expect(Buffer.from(seen?.body ?? []).toString('hex')).toBe('00ff');
    expect(result).toMatchObject({ body: Buffer.of(1, 254).toString('base64'), isBase64Encoded: true });
  });
});
