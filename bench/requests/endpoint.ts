import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BenchError } from '../engine/run.ts';

export interface Endpoint {
  readonly dynamodb: DynamoDBClient;
  /** The addresses of the other dialects. */
  readonly rds: string;
  readonly kinetica: string;
  close(): Promise<void>;
}

const main = fileURLToPath(new URL('../../local/main.ts', import.meta.url));

/** Starts `npm start` with its data in a folder. It is a process of its own, so that its callers do not slow it. Throws `BenchError`. */
export async function startEndpoint(home: string): Promise<Endpoint> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { ...process.env, PORT: '0', RDS_PORT: '0', KINETICA_PORT: '0', TIDEMARK_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  const end = (): boolean => child.kill();
  process.once('exit', end);
  child.stderr.resume();
  const addresses = await readAddresses(child.stdout);
  const dynamodb = new DynamoDBClient({
    endpoint: addresses.dynamodb,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    // A refusal counts as an answer. And the client must not queue requests.
    maxAttempts: 1,
    requestHandler: { httpAgent: { maxSockets: 2000 } },
  });
  return {
    ...addresses,
    dynamodb,
    async close() {
      dynamodb.destroy();
      end();
      await exited;
      process.off('exit', end);
    },
  };
}

/** How the runtime prints each of its addresses when it is ready, in this order. */
const forms = [
  /ready at (http:\/\/127\.0\.0\.1:\d+)/,
  /--endpoint (127\.0\.0\.1:\d+)/,
  /(http:\/\/127\.0\.0\.1:\d+)\/create\/backup/,
];

/** Reads the addresses that the runtime prints when it is ready. */
async function readAddresses(
  output: Readable,
): Promise<Readonly<Record<'dynamodb' | 'rds' | 'kinetica', string>>> {
  let printed = '';
  // The pipe stays open, because the runtime fails when it writes to a closed one.
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    const [dynamodb, rds, kinetica] = forms.map((form) => form.exec(printed)?.[1]);
    if (dynamodb === undefined || rds === undefined || kinetica === undefined) continue;
    output.resume();
    return { dynamodb, rds: `http://${rds}`, kinetica };
  }
  throw new BenchError(`the embedded runtime did not start: ${printed.trim()}`);
}
