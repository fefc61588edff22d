import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { handle, operationOf } from '../lambda/dialects/dynamodb/dialect.ts';
import { internalError } from '../lambda/dialects/dynamodb/error-names.ts';
import { toApiPath } from '../lambda/dialects/dynamodb/paths.ts';
import type { WireRequest } from '../lambda/dialects/wire.ts';
import type { Operations } from '../lambda/operations/operations.ts';
import { reasonOf } from '../lambda/runtime/errors.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import { answerExports } from './dynamodb/exports/answers.ts';
import type { EmbeddedExports } from './dynamodb/exports/embedded-exports.ts';
import { type Passthrough, passthrough, targetOf } from './passthrough.ts';

export interface ServerOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** The database's address. */
  readonly dynamodbEndpoint: string;
  readonly operations: Operations;
  /** Answers exports and imports. @default they are the database's, which has none */
  readonly exports?: EmbeddedExports;
  readonly log: Log;
}

export interface LocalServer {
  readonly url: string;
  /** Takes no more requests; resolves when those in flight are answered. */
  close(): Promise<void>;
}

/** DynamoDB's own limit for a request. */
const maxBodyBytes = 16 * 1024 * 1024;

const databaseTarget = /^DynamoDB(Streams)?_20120810\./;

/**
 * A DynamoDB endpoint on this machine's loopback: backup operations are Tidemark's, all others the database's.
 * Throws an `Error` for people if the port is taken.
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const database = passthrough(options.dynamodbEndpoint);
  const server = createServer((request, response) => {
    // While the server closes, a kept connection would hold it open until it times out.
    response.once('close', () => server.listening || server.closeIdleConnections());
    answer(options, database, request, response).catch((error: unknown) => {
      options.log.error('request failed', { target: targetOf(request), reason: reasonOf(error) });
      if (response.headersSent) response.destroy();
      else refuse(response, 500, internalError.__type, reasonOf(error));
    });
  });
  const port = await listen(server, options.port);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
      database.close();
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause;
    throw new Error(`Port ${port} is in use. Choose another: PORT=${port + 1} npm start`, { cause });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

async function answer(
  { operations, exports, log }: ServerOptions,
  database: Passthrough,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await read(request);
  if (body === undefined) {
    refuse(response, 413, 'RequestEntityTooLargeException', `A request has at most ${maxBodyBytes} bytes`);
    return;
  }
  const call = wireRequest(request, body);
  const target = targetOf(request);
  if (isOfDatabase(call, target)) {
    const answered = exports && (await answerExports(exports, target, call.body));
    if (answered === undefined) await database.pass(request, body, response);
    else sendJson(response, answered.status, answered.body);
    return;
  }
  const { status, headers, body: answered } = await handle(operations, call, log);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(answered) }).end(answered);
}

/** A path that serves but some operations of Tidemark's serves none of the database's. */
function isOfDatabase(call: WireRequest, target: string): boolean {
  const isOthers = call.method === 'POST' && operationOf(call) === undefined && databaseTarget.test(target);
  return isOthers && toApiPath(call.path) === '/';
}

/** The whole body, or undefined if it is too large; it is read to its end all the same, or no answer would arrive. */
async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}

function wireRequest({ method = '', url = '/', headers }: IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', query] = url.split('?');
  return {
    method,
    path,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
    body: body.toString('utf8'),
    // On this machine nobody has a key to verify a signature with, so none is verified.
    signed:
      headers.authorization?.startsWith('AWS4-') === true ||
      new URLSearchParams(query).has('X-Amz-Algorithm'),
  };
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, JSON.stringify({ __type: type, message }));
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response
    .writeHead(status, {
      'content-type': 'application/x-amz-json-1.0',
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
}
