import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, vi } from 'vitest';

/** The Tidemark under test. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
  /** What signatures name, where it is not `dynamodb`. */
  readonly signingName?: string;
  /** Where tables are made and written; absent: AWS's own DynamoDB of the region. */
  readonly tablesUrl?: string;
  /** Keys that are given to clients; absent: what they find by themselves. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment of clients that are processes. */
  readonly env: NodeJS.ProcessEnv;
  /** How long a backup, a restore or a time that can be restored may take. */
  readonly patienceMs: number;
}

export const root = join(import.meta.dirname, '..', '..');

/**
 * The endpoint that the environment names, or else an embedded runtime with a home of its own, which ends with the tests.
 *
 * - TIDEMARK_TEST_ENDPOINT: the URL; region and credentials from the usual AWS variables
 * - TIDEMARK_TEST_SIGNING_NAME: `execute-api` for a deployed endpoint
 * - TIDEMARK_TEST_DYNAMODB_ENDPOINT: where its tables are, if not in AWS (for `npm start`: the same URL)
 * - TIDEMARK_TEST_TABLE_PREFIX: see tables.ts
 */
export async function endpointUnderTest(): Promise<Endpoint> {
  const url = process.env['TIDEMARK_TEST_ENDPOINT'];
  const endpoint = url ? deployed(url) : await embedded();
  const mostMs = 3 * endpoint.patienceMs;
  vi.setConfig({ testTimeout: mostMs, hookTimeout: mostMs });
  return endpoint;
}

function deployed(url: string): Endpoint {
  const { AWS_REGION, AWS_DEFAULT_REGION, TIDEMARK_TEST_SIGNING_NAME, TIDEMARK_TEST_DYNAMODB_ENDPOINT } =
    process.env;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if (region === undefined) throw new Error('set AWS_REGION to the region of TIDEMARK_TEST_ENDPOINT');
  return {
    url,
    region,
    ...(TIDEMARK_TEST_SIGNING_NAME && { signingName: TIDEMARK_TEST_SIGNING_NAME }),
    ...(TIDEMARK_TEST_DYNAMODB_ENDPOINT && { tablesUrl: TIDEMARK_TEST_DYNAMODB_ENDPOINT }),
    env: { ...process.env, AWS_DEFAULT_REGION: region },
    // DynamoDB's own latest restorable time is five minutes ago, and its restore takes a quarter of an hour.
    patienceMs: 45 * 60_000,
  };
}

/** An embedded runtime on an empty home. It ends with the tests. */
export async function embedded(): Promise<Endpoint> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-acceptance-'));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', TIDEMARK_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = text(child.stderr);
  afterAll(async () => {
    const ended = child.exitCode === null && once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
    // What the runtime warned of helps when a test has failed.
    if ((await log) !== '') console.log(await log);
  });
  const url = await ready(child, log);
  return {
    url,
    region: 'us-east-1',
    tablesUrl: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    env: {
      ...withoutAws(process.env),
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
    patienceMs: 100_000,
  };
}

/** Settings of the person who runs the tests must not reach the clients. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

async function ready(
  child: ChildProcessByStdio<null, Readable, Readable>,
  log: Promise<string>,
): Promise<string> {
  const lines = createInterface(child.stdout);
  for await (const line of lines) {
    const url = /is ready at (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // What comes later must be read, or the runtime would wait for its reader.
    child.stdout.resume();
    return url;
  }
  throw new Error(`the runtime did not start: ${await log}`);
}
