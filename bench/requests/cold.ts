import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ApiEvent } from '../../lambda/handlers/compose/api-handler.ts';
import { environment } from '../../lambda/runtime/environment.ts';
import { bundle, findStartFiles, handlersFolder } from '../../lib/functions/bundling.ts';
import { median } from '../engine/measure.ts';
import { runProgram } from '../engine/run.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

/** The milliseconds of loading and of the first call. */
export interface ColdSample {
  readonly load: number;
  readonly first: number;
}

export interface BundleSize {
  readonly bytes: number;
  /** The bytes that are read before the first call. */
  readonly startBytes: number;
  readonly gzipBytes: number;
}

export interface ColdResult {
  readonly samples: number;
  /** Medians of loading, of the first call, and of both together. */
  readonly handler: ColdSample & { readonly total: number };
  readonly peer: ColdSample & { readonly total: number };
  readonly size: BundleSize;
  readonly peerSize: BundleSize;
}

const child = fileURLToPath(new URL('cold-child.ts', import.meta.url));
const peerEntry = fileURLToPath(new URL('peer.ts', import.meta.url));

/** The event that API Gateway passes to the function for a CreateBackup. */
const event: ApiEvent = {
  httpMethod: 'POST',
  path: '/',
  headers: {
    'Content-Type': 'application/x-amz-json-1.0',
    'X-Amz-Target': 'DynamoDB_20120810.CreateBackup',
  },
  body: JSON.stringify({ TableName: 'orders', BackupName: 'bench' }),
  requestContext: { identity: { userArn: 'arn:aws:iam::000000000000:user/bench' } },
};

/**
 * Measures how long the deployed handler's bundle takes to load and to answer its first CreateBackup, against the smallest
 * bundle with a DynamoDB client. Each sample is a new process, and the two alternate. Throws `BenchError`.
 */
export async function measureCold(folder: string, samples: number): Promise<ColdResult> {
  await mkdir(folder, { recursive: true });
  const size = await makeBundle(join(handlersFolder, 'api-backup.ts'), join(folder, 'handler'));
  const peerSize = await makeBundle(peerEntry, join(folder, 'peer'));
  const standIn = await startStandIn(folder);
  try {
    const [ours, peers]: [ColdSample[], ColdSample[]] = [[], []];
    for (let i = 0; i < samples; i++) {
      ours.push(await takeSample(join(folder, 'handler', 'index.mjs'), standIn));
      peers.push(await takeSample(join(folder, 'peer', 'index.mjs'), standIn));
    }
    return { samples, handler: computeMedians(ours), peer: computeMedians(peers), size, peerSize };
  } finally {
    await standIn.close();
  }
}

async function makeBundle(entry: string, folder: string): Promise<BundleSize> {
  const metafile = bundle(entry, folder);
  const names = Object.keys(metafile.outputs);
  const bytesOf = (some: readonly string[]): number =>
    some.reduce((sum, name) => sum + (metafile.outputs[name]?.bytes ?? 0), 0);
  const files = await Promise.all(names.map((name) => readFile(join(folder, basename(name)))));
  return {
    bytes: bytesOf(names),
    startBytes: bytesOf(findStartFiles(metafile)),
    gzipBytes: files.reduce((sum, file) => sum + gzipSync(file).length, 0),
  };
}

/** Takes a sample in a process like Lambda's: no compile cache, and credentials in the environment. */
async function takeSample(file: string, { url, certificate }: StandIn): Promise<ColdSample> {
  const env = {
    PATH: process.env['PATH'],
    NODE_DISABLE_COMPILE_CACHE: '1',
    NODE_EXTRA_CA_CERTS: certificate,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_SESSION_TOKEN: 'bench',
    AWS_ENDPOINT_URL: url,
    [environment.catalogTable]: 'catalog',
    [environment.bucket]: 'bucket',
    [environment.backupMachine]: 'arn:aws:states:us-east-1:000000000000:stateMachine:backup',
    [environment.restoreMachine]: 'arn:aws:states:us-east-1:000000000000:stateMachine:restore',
  };
  const flags = ['--disable-warning=ExperimentalWarning'];
  const output = await runProgram(process.execPath, [...flags, child, file, JSON.stringify(event)], { env });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ColdSample;
}

function computeMedians(samples: readonly ColdSample[]): ColdSample & { total: number } {
  return {
    load: median(samples.map(({ load }) => load)),
    first: median(samples.map(({ first }) => first)),
    total: median(samples.map(({ load, first }) => load + first)),
  };
}
