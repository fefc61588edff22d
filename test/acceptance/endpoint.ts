import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { createTextLog } from '../../local/text-log.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { startSimulated } from '../support/wire/support.ts';

/** The Tidemark under test. */
export interface Endpoint {
  readonly url: string;
  readonly region: string;
  /** The service that signatures name, if not `dynamodb`. */
  readonly signingName?: string;
  /** The DynamoDB with the tables; absent: AWS's own in the region. */
  readonly tablesUrl?: string;
  /** The credentials of clients; absent: clients find their own. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The environment variables of clients that run as processes. */
  readonly env: NodeJS.ProcessEnv;
  /** How long to wait for a backup, a restore or a restorable time. */
  readonly patienceMs: number;
  /** The pause between two checks of whether it is done. */
  readonly pollMs: number;
  /** False if the DynamoDB with the tables does not do point-in-time recovery as AWS documents it. @default true */
  readonly hasRecovery?: boolean;
  /** The endpoint's clock, which tests may move; absent: the system's clock. */
  readonly clock?: SimulatedClock;
}

export const root = join(import.meta.dirname, '..', '..');

/**
 * Returns the endpoint that the environment names, or else starts an embedded runtime on an empty home, which ends
 * after the tests.
 *
 * - TIDEMARK_TEST_ENDPOINT: the URL; region and credentials from the usual AWS variables
 * - TIDEMARK_TEST_SIGNING_NAME: `execute-api` for a deployed endpoint
 * - TIDEMARK_TEST_DYNAMODB_ENDPOINT: the DynamoDB with its tables, if it is not AWS's (for `npm start`: the same URL)
 * - TIDEMARK_TEST_TABLE_PREFIX: see tables.ts
 * - TIDEMARK_TEST_RECOVERY: `none` leaves out the tests of point-in-time recovery
 */
export async function endpointUnderTest(): Promise<Endpoint> {
  const url = process.env['TIDEMARK_TEST_ENDPOINT'];
  const endpoint = url ? readDeployment(url) : await startEmbedded();
  const maxMs = 3 * endpoint.patienceMs;
  vi.setConfig({ testTimeout: maxMs, hookTimeout: maxMs });
  return endpoint;
}

function readDeployment(url: string): Endpoint {
  const {
    AWS_REGION,
    AWS_DEFAULT_REGION,
    TIDEMARK_TEST_SIGNING_NAME,
    TIDEMARK_TEST_DYNAMODB_ENDPOINT,
    TIDEMARK_TEST_RECOVERY,
  } = process.env;
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if (region === undefined) throw new Error('set AWS_REGION to the region of TIDEMARK_TEST_ENDPOINT');
  return {
    url,
    region,
    ...(TIDEMARK_TEST_SIGNING_NAME && { signingName: TIDEMARK_TEST_SIGNING_NAME }),
    ...(TIDEMARK_TEST_DYNAMODB_ENDPOINT && { tablesUrl: TIDEMARK_TEST_DYNAMODB_ENDPOINT }),
    env: { ...process.env, AWS_DEFAULT_REGION: region },
    hasRecovery: TIDEMARK_TEST_RECOVERY !== 'none',
    // On AWS, the latest restorable time is five minutes ago, and a restore takes a quarter of an hour.
    patienceMs: 45 * 60_000,
    pollMs: 1000,
  };
}

/** Starts an embedded runtime on an empty home, in this process and in simulated time. It ends after the tests. */
export async function startEmbedded(): Promise<Endpoint> {
  const home = await mkdtemp(join(tmpdir(), 'tidemark-acceptance-'));
  const clock = new SimulatedClock();
  // Prints the runtime's warnings, which help when a test has failed.
  const runtime = await startSimulated(home, clock, createTextLog(console.log, false));
  afterAll(async () => {
    await runtime.close();
    await rm(home, { recursive: true, force: true });
  });
  return {
    url: runtime.url,
    region: 'us-east-1',
    tablesUrl: runtime.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    env: {
      ...removeAwsSettings(process.env),
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_DEFAULT_REGION: 'us-east-1',
    },
    patienceMs: 100_000,
    pollMs: 25,
    clock,
  };
}

/** Removes the AWS settings of the person who runs the tests, so that they do not reach the clients. */
function removeAwsSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}
