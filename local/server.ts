import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { handle, operationOf } from '../lambda/dialects/dynamodb/dialect.ts';
import { internalError } from '../lambda/dialects/dynamodb/error-names.ts';
import { respond } from '../lambda/dialects/dynamodb/respond.ts';
import type { WireRequest, WireResponse } from '../lambda/dialects/wire.ts';
import type { Operations } from '../lambda/operations/operations.ts';
import { reasonOf } from '../lambda/runtime/errors.ts';
import type { Log } from '../lambda/runtime/logger.ts';
import { createAdaptations } from './adaptations.ts';
import { answerPages } from './cors.ts';
import { answerExports } from './dynamodb/exports/answers.ts';
import type { EmbeddedExports } from './dynamodb/exports/embedded-exports.ts';
import type { TableGuard } from './guard/table-guard.ts';
import type { OwnStreams } from './own-streams/own-streams.ts';
import { answerStreamCall } from './own-streams/stream-calls.ts';
import { closeServer, listen } from './listen.ts';
import { createPassthrough, type Passthrough, targetOf } from './passthrough.ts';

export interface ServerOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The database's address. */
  readonly dynamodbEndpoint: string;
  readonly operations: Operations;
  /** Answers exports and imports. @default the database, which has none, answers with an error */
  readonly exports?: EmbeddedExports;
  /** Answers the calls on tables that are being restored or deleted. @default the database does */
  readonly guard?: TableGuard;
  /** The streams that no answer may show. @default all are shown */
  readonly ownStreams?: OwnStreams;
  /** Origins of web pages, in addition to those of the loopback, that may use the endpoint; `*`: all. @default none */
  readonly origins?: readonly string[];
  readonly log: Log;
}

export interface LocalServer {
  readonly url: string;
  /** Accepts no more requests. Resolves when those in progress are answered. */
  close(): Promise<void>;
}

/** DynamoDB's limit for the body of a request. */
const maxBodyBytes = 16 * 1024 * 1024;

const databaseTarget = /^DynamoDB(Streams)?_20120810\./;

/**
 * Starts a DynamoDB endpoint on this machine's loopback. Tidemark answers the backup operations, the database all others.
 * Throws an `Error` with a message for people if the port is in use.
 */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const database = createPassthrough(options.dynamodbEndpoint, createAdaptations(options.ownStreams));
  const server = createServer((request, response) => {
    // An idle connection would keep a closing server open until it times out.
    response.once('close', () => server.listening || server.closeIdleConnections());
    if (answerPages(request, response, options.origins ?? [])) return;
    answer(options, database, request, response).catch((error: unknown) => {
      options.log.error('request failed', { target: targetOf(request), reason: reasonOf(error) });
      if (response.headersSent) response.destroy();
      else refuse(response, 500, internalError.__type, reasonOf(error));
    });
  });
  const port = await listen(server, options.port, 'PORT');
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await closeServer(server);
      database.close();
    },
  };
}

async function answer(
  { operations, exports, guard, ownStreams, log }: ServerOptions,
  database: Passthrough,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    refuse(response, 413, 'RequestEntityTooLargeException', `A request has at most ${maxBodyBytes} bytes`);
    return;
  }
  const call = toWireRequest(request, body);
  const target = targetOf(request);
  if (isForDatabase(call, target)) {
    const operation = target.replace(databaseTarget, '');
    const answered =
      (await guard?.answer(operation, call.body)) ??
      (ownStreams && (await answerStreamCall(ownStreams, operation, call.body))) ??
      (exports && (await answerExports(exports, target, call.body)));
    if (answered === undefined) await database.pass(request, body, response);
    else sendJson(response, answered.status, answered.body);
    return;
  }
  send(response, await handle(operations, call, log));
}

/**
 * True for a call of the database's own operations, which only `/` has: every other path belongs to one of Tidemark's
 * verbs.
 */
function isForDatabase(call: WireRequest, target: string): boolean {
  const isOthers = call.method === 'POST' && operationOf(call) === undefined && databaseTarget.test(target);
  return isOthers && call.path === '/';
}

/** Reads the body to its end, because otherwise no answer would arrive. Resolves to undefined if the body is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}

function toWireRequest({ method = '', url = '/', headers }: IncomingMessage, body: Buffer): WireRequest {
  const [path = '/', query] = url.split('?');
  return {
    method,
    path,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
    body: body.toString('utf8'),
    // The runtime has no keys to verify signatures with, so it accepts every signature.
    signed:
      headers.authorization?.startsWith('AWS4-') === true ||
      new URLSearchParams(query).has('X-Amz-Algorithm'),
  };
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, JSON.stringify({ __type: type, message }));
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  send(response, respond(status, 'application/x-amz-json-1.0', body));
}

function send(response: ServerResponse, { status, headers, body }: WireResponse): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}
