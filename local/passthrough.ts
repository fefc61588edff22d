import { once } from 'node:events';
import { Agent, type IncomingMessage, request as sendRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { adaptations } from './adaptations.ts';

export interface Passthrough {
  /** Has the database answer the call. Throws if it cannot be reached. */
  pass(call: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void>;
  close(): void;
}

/** About one connection, or about the body's way through it; each connection has its own. */
const ownOfRequest = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'expect']);
const ownOfAnswer = new Set(['connection', 'keep-alive', 'transfer-encoding']);
/** The last two are of the very bytes of a body. */
const ownOfAdapted = new Set([...ownOfAnswer, 'content-length', 'x-amz-crc32']);

/** Hands calls to the database and its answers back: but for the adaptations byte for byte, headers included. */
export function passthrough(endpoint: string): Passthrough {
  const agent = new Agent({ keepAlive: true });
  return {
    async pass(call, body, response) {
      const { request = unchanged, answer: adapt } = adaptations.get(targetOf(call)) ?? {};
      const sent = request(body);
      const outgoing = sendRequest(endpoint, {
        agent,
        method: 'POST',
        headers: [...kept(call, ownOfRequest), 'content-length', String(sent.length)],
      });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      // Said here too when the connection breaks later; then reading the answer fails.
      outgoing.on('error', () => {});
      outgoing.end(sent);
      const [answer] = await answered;
      if (adapt === undefined) {
        response.writeHead(answer.statusCode ?? 500, kept(answer, ownOfAnswer));
        await pipeline(answer, response);
      } else {
        const adapted = adapt(await buffer(answer));
        response.writeHead(answer.statusCode ?? 500, [
          ...kept(answer, ownOfAdapted),
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

/** The operation that a call of DynamoDB's protocol asks for; empty if it says none. */
export function targetOf({ headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  return typeof target === 'string' ? target : '';
}

const unchanged = (body: Buffer): Buffer => body;

/** Names and values in turn, as they came, without those named. */
function kept({ rawHeaders }: IncomingMessage, names: ReadonlySet<string>): string[] {
  return rawHeaders.filter((_, i) => !names.has(String(rawHeaders[i - (i % 2)]).toLowerCase()));
}
