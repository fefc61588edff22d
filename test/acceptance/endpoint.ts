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
  /** The service that signatures name, if it is not `dynamodb`. */
  readonly signingName?: string;
  /** The DynamoDB with the tables; absent: AWS's own in the region. */
  readonly tablesUrl?: string;
  /** The credentials of clients; absent: those that they find by themselves. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment of clients that are processes. */
  readonly env: NodeJS.ProcessEnv;
  /** How long to wait for a backup, a restore or a restorable time. */
  readonly patienceMs: number;
}

export const root = join(import.meta.dirname, '..', '..');

/**
 * Returns the endpoint that the environment names, or else starts an embedded runtime with a home of its own, which ends
 * after the tests.
 *
 * - TIDEMARK_TEST_ENDPOINT: the URL; region and credentials from the usual AWS variables
 * - TIDEMARK_TEST_SIGNING_NAME: `execute-api` for a deployed endpoint
 * - TIDEMARK_TEST_DYNAMODB_ENDPOINT: the DynamoDB with its tables, if it is not AWS's (for `npm start`: the same URL)
 * - TIDEMARK_TEST_TABLE_PREFIX: see tables.ts
 */
export async function endpointUnderTest(): Promise<Endpoint> {
  const url = process.env['TIDEMARK_TEST_ENDPOINT'];
  const endpoint = url ? readDeployment(url) : await startEmbedded();
  const maxMs = 3 * endpoint.patienceMs;
  vi.setConfig({ testTimeout: maxMs, hookTimeout: maxMs });
  return endpoint;
}

function readDeployment(url: string): Endpoint {
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

/** Starts an embedded runtime on an empty home. It ends after the tests. */
export async function startEmbedded(): Promise<Endpoint> {
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
    // The runtime's warnings help when a test has failed.
    if ((await log) !== '') console.log(await log);
  });
  const url = await readUrl(child, log);
  return {
    url,
    region: 'us-east-1',
    tablesUrl: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    env: {
      ...removeAwsSettings(process.env),
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
    patienceMs: 100_000,
  };
}

/** Removes AWS settings of the person who runs the tests, which must not reach the clients. */
function removeAwsSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

/** Waits until the runtime prints its URL. */
async function readUrl(
  child: ChildProcessByStdio<null, Readable, Readable>,
  log: Promise<string>,
): Promise<string> {
  const lines = createInterface(child.stdout);
  for await (const line of lines) {
    const url = /is ready at (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    // Keep reading the output, or the runtime would block on a full pipe.
    child.stdout.resume();
    return url;
  }
  throw new Error(`the runtime did not start: ${await log}`);
}
