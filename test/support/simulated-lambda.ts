import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A call of a function that the simulated Lambda received. */
interface Invocation {
  readonly functionName: string;
  readonly payload: unknown;
}

/** The answer to an invocation: a payload, or the text of an error that the function ended with. */
export type LambdaAnswer = { readonly payload: unknown } | { readonly error: string };

/** Starts a server that simulates Lambda until the test ends. Returns a configuration for its clients, and its calls. */
export async function simulateLambda(answer: LambdaAnswer) {
  const invocations: Invocation[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const [, name = ''] = /\/functions\/([^/]+)\/invocations/.exec(String(request.url)) ?? [];
      invocations.push({ functionName: decodeURIComponent(name), payload: JSON.parse(body) });
      const isError = 'error' in answer;
      response.writeHead(200, isError ? { 'x-amz-function-error': answer.error } : {});
      response.end(JSON.stringify(isError ? { errorMessage: answer.error } : answer.payload));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const config = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    maxAttempts: 1,
  };
  return { config, invocations };
}
