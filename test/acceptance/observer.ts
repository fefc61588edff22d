import { once } from 'node:events';
import { createServer, request as sendRequest } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { afterAll } from 'vitest';

/** A request that the observer recorded. */
export interface Seen {
  readonly path: string;
  /** The service that the signature names. */
  readonly signedFor: string | undefined;
}

/** Starts an endpoint that forwards requests to another one and records them. The endpoint ends after the tests. */
export async function observe(url: string): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method = '', url: path = '/', headers } = request;
    const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '');
    seen.push({ path, signedFor: scope?.[1] });
    const passed = sendRequest(new URL(path, url), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      pipeline(answer, response).catch(() => response.destroy());
    });
    passed.on('error', () => response.destroy());
    pipeline(request, passed).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return { url: `http://127.0.0.1:${address.port}`, seen };
}
