/**
 * How long a caller waits, on the embedded runtime over HTTP: from CreateBackup to its answer, and to AVAILABLE for a
 * table of 1,000 items. `npm run bench:requests`
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchWriteItemCommand,
  CreateBackupCommand,
  CreateTableCommand,
  DescribeBackupCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { silentLog } from '../lambda/runtime/logger.ts';
import { startRuntime } from '../local/runtime.ts';

const requests = 200;
const tables = 10;
const items = 1000;

const home = await mkdtemp(join(tmpdir(), 'tidemark-bench-'));
const runtime = await startRuntime({ port: 0, home, log: silentLog });
const dynamodb = new DynamoDBClient({
  endpoint: runtime.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});
try {
  await load('first');
  const full = await untilAvailable('first');
  const incremental: number[] = [];
  for (let i = 0; i < 10; i++) {
    await write('first', 0, 10);
    incremental.push(await untilAvailable('first'));
  }
  const alone = await answers(async () => runtime.executions.idle());
  const busy = await answers(async () => {});
  console.log(
    JSON.stringify(
      {
        answer: { what: `ms of ${requests} requests, nothing else running`, ...quantiles(alone) },
        answerBusy: { what: `ms of ${requests} requests, backups running meanwhile`, ...quantiles(busy) },
        available: { what: `ms to AVAILABLE, ${items} items`, full, incremental: quantiles(incremental) },
      },
      undefined,
      2,
    ),
  );
} finally {
  await runtime.executions.idle();
  await runtime.close();
  await rm(home, { recursive: true });
}

async function answers(between: () => Promise<void>): Promise<number[]> {
  for (let i = 0; i < tables; i++) await createTable(`table-${i}`).catch(() => undefined);
  const times: number[] = [];
  for (let i = 0; i < requests; i++) {
    await between();
    const start = performance.now();
    await dynamodb.send(
      new CreateBackupCommand({ TableName: `table-${i % tables}`, BackupName: `bench-${i}` }),
    );
    times.push(performance.now() - start);
    // The rate limit is 50 a second.
    await sleep(20);
  }
  return times;
}

async function untilAvailable(table: string): Promise<number> {
  const start = performance.now();
  const { BackupDetails } = await dynamodb.send(
    new CreateBackupCommand({ TableName: table, BackupName: 'bench' }),
  );
  for (;;) {
    const { BackupDescription } = await dynamodb.send(
      new DescribeBackupCommand({ BackupArn: BackupDetails?.BackupArn }),
    );
    const status = BackupDescription?.BackupDetails?.BackupStatus;
    if (status === 'AVAILABLE') return performance.now() - start;
    if (status !== 'CREATING') throw new Error(`the backup is ${status}`);
    await sleep(5);
  }
}

async function load(table: string): Promise<void> {
  await createTable(table);
  for (let i = 0; i < items; i += 25) await write(table, i, i + 25);
}

async function createTable(table: string): Promise<void> {
  await dynamodb.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
}

async function write(table: string, from: number, to: number): Promise<void> {
  const puts = Array.from({ length: to - from }, (_, i) => ({
    PutRequest: {
      Item: { id: { S: `item-${from + i}` }, text: { S: `${performance.now()}`.padEnd(1000, 'x') } },
    },
  }));
  await dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
}

function quantiles(times: readonly number[]): { p50: number; p99: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
