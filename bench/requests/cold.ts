import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { ApiEvent } from '../../lambda/handlers/dynamodb-api.ts';
import { environment } from '../../lambda/runtime/environment.ts';
import { bundle, findStartFiles, handlersFolder } from '../../lib/functions/bundling.ts';
import { median } from '../engine/measure.ts';
import { outputOf } from '../engine/run.ts';
import { type StandIn, startStandIn } from './stand-in.ts';

/** Milliseconds. */
export interface ColdSample {
  readonly load: number;
  readonly first: number;
}

export interface BundleSize {
  readonly bytes: number;
  /** Of them, what is read before the first call. */
  readonly startBytes: number;
  readonly gzipBytes: number;
}

export interface ColdResult {
  readonly samples: number;
  /** Medians, and of loading and first call together. */
  readonly handler: ColdSample & { readonly total: number };
  readonly peer: ColdSample & { readonly total: number };
  readonly size: BundleSize;
  readonly peerSize: BundleSize;
}

const child = fileURLToPath(new URL('cold-child.ts', import.meta.url));
const peerEntry = fileURLToPath(new URL('peer.ts', import.meta.url));

/** What API Gateway hands to the function for a CreateBackup. */
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
 * How long the deployed handler's bundle takes to load and to answer its first CreateBackup, against the least bundle
 * with a DynamoDB client: each sample in a new process, turn and turn about. Throws `BenchError`.
 */
export async function measureCold(folder: string, samples: number): Promise<ColdResult> {
  await mkdir(folder, { recursive: true });
  const size = await bundled(join(handlersFolder, 'dynamodb-api.ts'), join(folder, 'handler'));
  const peerSize = await bundled(peerEntry, join(folder, 'peer'));
  const standIn = await startStandIn(folder);
  try {
    const [ours, peers]: [ColdSample[], ColdSample[]] = [[], []];
    for (let i = 0; i < samples; i++) {
      ours.push(await sample(join(folder, 'handler', 'index.mjs'), standIn));
      peers.push(await sample(join(folder, 'peer', 'index.mjs'), standIn));
    }
    return { samples, handler: medians(ours), peer: medians(peers), size, peerSize };
  } finally {
    await standIn.close();
  }
}

async function bundled(entry: string, folder: string): Promise<BundleSize> {
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

/** As Lambda would run it: nothing of an earlier process is there, credentials are in the environment. */
async function sample(file: string, { url, certificate }: StandIn): Promise<ColdSample> {
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
  const output = await outputOf(process.execPath, [...flags, child, file, JSON.stringify(event)], { env });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as ColdSample;
}

function medians(samples: readonly ColdSample[]): ColdSample & { total: number } {
  return {
    load: median(samples.map(({ load }) => load)),
    first: median(samples.map(({ first }) => first)),
    total: median(samples.map(({ load, first }) => load + first)),
  };
}
