import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a browser may remember the answer to a preflight: two days, in seconds. */
const maxAgeSeconds = '172800';

/** What a page may read of an answer, besides the body. */
const exposedHeaders = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date';

/**
 * Lets pages of every origin use the endpoint, as DynamoDB Local does by default. Returns true if the request was a
 * browser's preflight (`OPTIONS`), which is answered then: whatever method and headers it asks for are allowed. A request
 * that names no origin is answered as before.
 */
export function allowEveryOrigin(request: IncomingMessage, response: ServerResponse): boolean {
  const { method, headers } = request;
  if (headers.origin === undefined) return false;
  response.setHeader('access-control-allow-origin', '*');
  if (method !== 'OPTIONS') {
    response.setHeader('access-control-expose-headers', exposedHeaders);
    return false;
  }
  for (const asked of ['method', 'headers'] as const) {
    const value = headers[`access-control-request-${asked}`];
    const name = asked === 'method' ? 'access-control-allow-methods' : 'access-control-allow-headers';
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(200, { 'access-control-max-age': maxAgeSeconds, 'content-length': 0 }).end();
  return true;
}
