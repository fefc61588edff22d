import { once } from 'node:events';
import { Agent, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import type { Adaptation } from './adaptations.ts';

export interface Passthrough {
  /** Lets the database answer the call. Throws if the database cannot be reached. */
  pass(call: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void>;
  close(): void;
}

/** Headers about one connection, or about the encoding of a body on it: they are not passed on. */
const connectionHeaders = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
]);
const answerConnectionHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding']);
/** The last two describe the bytes of a body, which an adaptation changes. */
const adaptedAnswerHeaders = new Set([...answerConnectionHeaders, 'content-length', 'x-amz-crc32']);

/**
 * Passes calls to the database and its answers back: byte for byte, headers included, except for the adaptations, which are
 * by target.
 */
export function createPassthrough(
  endpoint: string,
  adaptations: ReadonlyMap<string, Adaptation>,
): Passthrough {
  const agent = new Agent({ keepAlive: true });
  return {
    async pass(call, body, response) {
      const { request = identity, answer: adapt } = adaptations.get(targetOf(call)) ?? {};
      const sent = request(body);
      const outgoing = sendRequest(endpoint, {
        agent,
        method: 'POST',
        headers: [...dropHeaders(call, connectionHeaders), 'content-length', String(sent.length)],
      });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      // If the connection breaks later, reading the answer fails. Without a listener the error would also end the process.
      outgoing.on('error', () => {});
      outgoing.end(sent);
      const [answer] = await answered;
      if (adapt === undefined) {
        response.writeHead(answer.statusCode ?? 500, dropHeaders(answer, answerConnectionHeaders));
        await pipeline(answer, response);
      } else {
        const adapted = await adapt(await buffer(answer), body);
        response.writeHead(answer.statusCode ?? 500, [
          ...dropHeaders(answer, adaptedAnswerHeaders),
          'content-length',
          String(adapted.length),
          'x-amz-crc32',
          String(crc32(adapted)),
        ]);
        response.end(adapted);
      }
    },
    close: () => agent.destroy(),
  };
}

/** Reads the operation of a call of DynamoDB's protocol; empty if the call names none. */
export function targetOf({ headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target : '';
}

const identity = (body: Buffer): Buffer => body;

/** Removes the headers of these names from raw headers (names and values in turn). */
function dropHeaders({ rawHeaders }: IncomingMessage, names: ReadonlySet<string>): string[] {
  return rawHeaders.filter((_, i) => !names.has(String(rawHeaders[i - (i % 2)]).toLowerCase()));
}
