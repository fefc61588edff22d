import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeTimeToLiveCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { median } from '../engine/measure.ts';
import { startEndpoint } from './endpoint.ts';
import { type Answers, type Load, callAtRate } from './open-loop.ts';
import { createLoadedTable, putItems, requestBackup, waitUntilAvailable } from './tables.ts';

export interface AnswersResult {
  readonly load: Load;
  /** A call that the endpoint only passes on to the database. */
  readonly peer: Answers;
  readonly createBackup: Answers;
  /** The seconds from the last request until all backups are AVAILABLE. */
  readonly drained: number;
  /** The milliseconds from a request until the backup of a table with `items` items is AVAILABLE. */
  readonly available: { readonly items: number; readonly first: number; readonly further: number };
}

/** The number of tables. Each gets one request in a second: real callers seldom back up one table at the same time. */
const tables = 50;
const itemsOfEach = 25;

const items = 1000;
const furtherBackups = 10;

/** Measures how long callers wait for answers over HTTP from the embedded runtime. Throws `BenchError`. */
export async function measureAnswers(folder: string, load: Load): Promise<AnswersResult> {
  const home = join(folder, 'endpoint');
  const endpoint = await startEndpoint(home);
  try {
    const { dynamodb } = endpoint;
    const available = await measureTimesToAvailable(dynamodb);
    const names = await createTables(dynamodb);
    const tableOf = (n: number): string => String(names[n % names.length]);
    const peer = await callAtRate(load, (n) =>
      dynamodb.send(new DescribeTimeToLiveCommand({ TableName: tableOf(n) })),
    );
    const arns: string[] = [];
    const createBackup = await callAtRate(load, async (n) => {
      arns.push(await requestBackup(dynamodb, tableOf(n)));
    });
    const start = performance.now();
    for (const arn of arns) await waitUntilAvailable(dynamodb, arn, 100);
    return { load, peer, createBackup, drained: (performance.now() - start) / 1000, available };
  } finally {
    await endpoint.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Creates tables with a first backup, which reads the whole table. So the measured backups are increments, as most are. */
async function createTables(dynamodb: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < tables; i++) {
    const name = await createLoadedTable(dynamodb, `table-${i}`, itemsOfEach);
    await waitUntilAvailable(dynamodb, await requestBackup(dynamodb, name), 20);
    names.push(name);
  }
  return names;
}

async function measureTimesToAvailable(dynamodb: DynamoDBClient): Promise<AnswersResult['available']> {
  const table = await createLoadedTable(dynamodb, 'alone', items);
  const time = async (): Promise<number> => {
    const start = performance.now();
    await waitUntilAvailable(dynamodb, await requestBackup(dynamodb, table), 5);
    return performance.now() - start;
  };
  const first = await time();
  const further: number[] = [];
  for (let version = 1; version <= furtherBackups; version++) {
    await putItems(dynamodb, table, 0, 10, version);
    further.push(await time());
  }
  return { items, first, further: median(further) };
}
