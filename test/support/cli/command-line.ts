import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Operations } from '../../../lambda/operations/operations.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { startServer } from '../../../local/server.ts';
import { fakeOperations } from '../../dialects/dynamodb/fakes.ts';

const entry = fileURLToPath(new URL('../../../bin/tidemark.ts', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command line as a process of its own, without this environment's AWS settings. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nowhere', AWS_EC2_METADATA_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs the real command line to its end. */
export async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = start(args, env);
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    textOf(child.stdout),
    textOf(child.stderr),
  ]);
  return { code, stdout, stderr };
}

export function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? Promise.resolve('') : text(stream);
}

/** Starts a server that answers with these operations. `run` runs the command line with the server as its endpoint. */
export async function serveOperations(given: Partial<Operations> = {}) {
  const operations = fakeOperations(given);
  const server = await startServer({
    port: 0,
    dynamodbEndpoint: 'http://127.0.0.1:1',
    operations,
    log: silentLog,
  });
  onTestFinished(() => server.close());
  return {
    operations,
    url: server.url,
    run: (...args: readonly string[]) => run(args, { TIDEMARK_ENDPOINT_URL: server.url }),
  };
}

/** Finds a URL at which nothing listens. */
export async function findClosedUrl(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `http://127.0.0.1:${port}`;
}

/** Starts an HTTP server and returns its URL. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
