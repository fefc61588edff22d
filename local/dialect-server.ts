import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { HttpRequest, HttpResponse } from '../lambda/dialects/http.ts';
import { reasonOf } from '../lambda/runtime/errors.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import { closeServer, listen } from './listen.ts';

export interface DialectServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The environment variable that chooses the port. */
  readonly variable: string;
  /** Answers a request. Must not throw. */
  readonly handle: (request: HttpRequest) => Promise<HttpResponse>;
  readonly log: Log;
}

export interface DialectServer {
  readonly url: string;
  /** Accepts no more requests. Resolves when those in progress are answered. */
  close(): Promise<void>;
}

/**
 * A dialect gets at most this many bytes of a request. It refuses longer requests itself, in the client's encoding, so the
 * rest of a longer body is read and dropped.
 */
const maxBodyBytes = 1024 * 1024 + 1;

/** The maximum number of bytes of a request's first line and headers. A query may name many tables. */
const maxHeaderSize = 128 * 1024;

/** Starts the endpoint of one dialect on this machine's loopback. */
export async function startDialectServer(options: DialectServerOptions): Promise<DialectServer> {
  let port = options.port;
  const server = createServer({ maxHeaderSize }, (request, response) => {
    // An idle connection would keep a closing server open until it times out.
    response.once('close', () => server.listening || server.closeIdleConnections());
    answer(options, `127.0.0.1:${port}`, request, response).catch((error: unknown) => {
      options.log.error('request failed', { reason: reasonOf(error) });
      response.destroy();
    });
  });
  port = await listen(server, options.port, options.variable);
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => closeServer(server),
  };
}

async function answer(
  { handle }: DialectServerOptions,
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readStart(request);
  if (isOfWebPage(request)) {
    response
      .writeHead(403, { 'content-type': 'text/plain' })
      .end('This endpoint refuses requests of web pages: call it from a program');
    return;
  }
  const { status, headers, body: content } = await handle(toHttpRequest(request, body, address));
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(content) }).end(content);
}

/**
 * A loopback name, with a port or a path: a client that is configured with a prefix sends the prefix, or nothing, as its
 * host.
 */
const ownHost = /^((127\.0\.0\.1|localhost|\[::1\])([:/].*)?)?$/;

/**
 * True for a request that a browser sends for a web page. A page could sign with the development key, which everybody
 * knows, and no client of these dialects is a browser. Browsers send one of these headers, or otherwise the page's own host
 * name, which may point to this machine.
 */
function isOfWebPage({ headers }: IncomingMessage): boolean {
  const { origin, host = '' } = headers;
  return origin !== undefined || headers['sec-fetch-site'] !== undefined || !ownHost.test(host.slice(0, 300));
}

/** Reads the body to its end, because otherwise no answer would arrive, and returns its start. */
async function readStart(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (length < maxBodyBytes) chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks).subarray(0, maxBodyBytes);
}

function toHttpRequest(
  { method = '', url = '/', headers }: IncomingMessage,
  body: Buffer,
  address: string,
): HttpRequest {
  const at = url.indexOf('?');
  return {
    method,
    path: at < 0 ? url : url.slice(0, at),
    query: at < 0 ? '' : url.slice(at + 1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
    body,
    address,
    isSecure: false,
  };
}
