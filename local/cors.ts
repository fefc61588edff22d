import type { IncomingMessage, ServerResponse } from 'node:http';
import { respond } from '../lambda/dialects/dynamodb/respond.ts';

/** How long a browser may remember the answer to a preflight: twenty days in seconds, as DynamoDB Local 2.6.1 answers. */
const maxAgeSeconds = '1728000';

/** The headers of an answer that a page may read. */
const exposedHeaders = 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date';

/** The names of this machine's loopback in a URL. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Longer hosts and origins are not even parsed. */
const maxLength = 512;

/**
 * Decides whether a request may be answered, and refuses it with 403 if not. The endpoint needs no key, so otherwise every
 * page in a browser of this machine could read and delete everything:
 *
 * - The `Host` must be a name of the loopback. A page whose own name was made to point here (DNS rebinding) sends another
 *   one.
 * - A page's `Origin` must be of the loopback, or one of `origins`; `*` there stands for all.
 *
 * Lets an allowed page use the endpoint as DynamoDB Local does, with every method and header that its preflight (`OPTIONS`)
 * requests. Returns true if it has answered the request: it was refused, or a preflight. A request that is not from a page
 * is not changed.
 */
export function answerPages(
  request: IncomingMessage,
  response: ServerResponse,
  origins: readonly string[],
): boolean {
  const { method, headers } = request;
  const { host, origin } = headers;
  if (host !== undefined && !isLoopback(`http://${host}`)) {
    return refuse(response, 'The Host of a request must be localhost, 127.0.0.1 or [::1]');
  }
  if (origin === undefined) return false;
  if (!origins.includes('*') && !origins.includes(origin) && !isLoopback(origin)) {
    return refuse(
      response,
      'Pages of this origin are refused. Allow them: TIDEMARK_ORIGINS=<origin> npm start',
    );
  }
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
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

function isLoopback(url: string): boolean {
  return url.length <= maxLength && URL.canParse(url) && loopback.test(new URL(url).hostname);
}

function refuse(response: ServerResponse, message: string): true {
  const body = JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message: message });
  const answer = respond(403, 'application/x-amz-json-1.0', body);
  response.writeHead(answer.status, { ...answer.headers, connection: 'close' }).end(answer.body);
  return true;
}
