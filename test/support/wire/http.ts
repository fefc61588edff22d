import { once } from 'node:events';
import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import { apiOperations } from '../../../lambda/dialects/dynamodb/api-operations.ts';

export type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Empty if the body is not JSON. */
  readonly json: Json;
}

/** The names of all operations that Tidemark answers itself. */
export const operations: readonly string[] = apiOperations.map(({ name }) => name);

const signature =
  'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

/** The headers that an SDK sends with a call. */
export function headersOf(operation: string): Record<string, string> {
  return {
    'x-amz-target': `DynamoDB_20120810.${operation}`,
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-date': '20260101T000000Z',
    authorization: signature,
  };
}

export interface Sent {
  /** @default the path of the URL */
  readonly path?: string;
  readonly method?: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** @default a connection of its own */
  readonly agent?: Agent;
}

/** Sends exactly one request. */
export async function send(
  url: string,
  { path, method = 'POST', headers, body = '', agent }: Sent,
): Promise<Answer> {
  const { hostname, port, pathname } = new URL(url);
  const options = { hostname, port, path: path ?? pathname, method, headers };
  const outgoing = request({ ...options, agent: agent ?? false });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  outgoing.end(body);
  const [incoming] = await answered;
  const bytes = await buffer(incoming);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, bytes, json: parseJson(bytes) };
}

function parseJson(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    return {};
  }
}

/** Calls an operation. Sends a body of text or bytes unchanged, and any other as JSON. */
export function call(url: string, operation: string, body: unknown, more: OutgoingHttpHeaders = {}) {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  return send(url, {
    headers: { ...headersOf(operation), ...more },
    body: isRaw ? body : JSON.stringify(body),
  });
}

/** Calls an operation and throws unless it succeeds. */
export async function ok(url: string, operation: string, body: unknown): Promise<Json> {
  const answer = await call(url, operation, body);
  if (answer.status !== 200) {
    throw new Error(`${operation} ${JSON.stringify(body)}: ${answer.bytes.toString()}`);
  }
  expectWellFormed(answer);
  return answer.json;
}

/** The head of a request in bytes, for requests that no client would send. */
export function head(operation: string, ...lines: readonly string[]): string {
  const headers = Object.entries({ host: '127.0.0.1', ...headersOf(operation) }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return ['POST / HTTP/1.1', ...headers, ...lines, '', ''].join('\r\n');
}

/** Opens a connection, which the test may close early. */
export async function openConnection(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // A reset by the other side must not fail the test.
  socket.on('error', () => {});
  return socket;
}

/** Sends bytes and returns all that comes back until the other side closes the connection. */
export async function sendBytes(url: string, bytes: string | Uint8Array): Promise<string> {
  const socket = await openConnection(url);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(bytes);
  // `once` would throw if the other side resets the connection.
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

/** Expects of an answer what all have in common: an id, a right checksum if there is one, and no stack trace. */
export function expectWellFormed(answer: Answer): void {
  const { 'x-amzn-requestid': id, 'x-amz-crc32': checksum } = answer.headers;
  const text = answer.bytes.toString();
  expect({ id, checksum, text }).toEqual({
    id: expect.stringMatching(/\S{8,}/),
    checksum: checksum && String(crc32(answer.bytes)),
    text: expect.not.stringMatching(/ at [\w.<>]+ \(|node:internal|\.ts:\d+/),
  });
}

/** Expects a success or an error of the caller, but no internal error. A failure shows `what` the request was. */
export function expectNoFault(answer: Answer, what: string): void {
  const { status, json, bytes } = answer;
  const isCallersError = status < 500 && /^com\.amazon.*#\w+Exception$/.test(String(json['__type']));
  const seen = status === 200 || isCallersError ? 'no fault' : `${status} ${bytes.toString().slice(0, 300)}`;
  expect([what, seen]).toEqual([what, 'no fault']);
  expectWellFormed(answer);
}

/** Expects an error of the caller with this type and message. */
export function expectError(answer: Answer, type: string, message: RegExp | string = /^/): void {
  const { __type, message: text = '', Message = text } = answer.json;
  expect({ status: answer.status, __type, Message }).toEqual({
    status: 400,
    __type: expect.stringMatching(new RegExp(`#(${type})$`)),
    Message: typeof message === 'string' ? message : expect.stringMatching(message),
  });
  expectWellFormed(answer);
}
