import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeTimeToLiveCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { median } from '../engine/measure.ts';
import { startEndpoint } from './endpoint.ts';
import { type Answers, type Load, openLoop } from './open-loop.ts';
import { loadedTable, putItems, requestBackup, untilAvailable } from './tables.ts';

export interface AnswersResult {
  readonly load: Load;
  /** A call that the endpoint hands to the database and back. */
  readonly peer: Answers;
  readonly createBackup: Answers;
  /** Seconds from the last request until all backups were there. */
  readonly drained: number;
  /** Milliseconds from the request until the backup of a table of `items` items was there. */
  readonly available: { readonly items: number; readonly first: number; readonly further: number };
}

/** Each gets one request in a second: as with real callers, few meet at one table. */
const tables = 50;
const itemsOfEach = 25;

const items = 1000;
const furtherBackups = 10;

/** How long callers wait, over HTTP, on the embedded runtime in a folder. Throws `BenchError`. */
export async function measureAnswers(folder: string, load: Load): Promise<AnswersResult> {
  const home = join(folder, 'endpoint');
  const endpoint = await startEndpoint(home);
  try {
    const { dynamodb } = endpoint;
    const available = await timesToAvailable(dynamodb);
    const names = await tablesWithBackups(dynamodb);
    const tableOf = (n: number): string => String(names[n % names.length]);
    const peer = await openLoop(load, (n) =>
      dynamodb.send(new DescribeTimeToLiveCommand({ TableName: tableOf(n) })),
    );
    const arns: string[] = [];
    const createBackup = await openLoop(load, async (n) => {
      arns.push(await requestBackup(dynamodb, tableOf(n)));
    });
    const start = performance.now();
    for (const arn of arns) await untilAvailable(dynamodb, arn, 100);
    return { load, peer, createBackup, drained: (performance.now() - start) / 1000, available };
  } finally {
    await endpoint.close();
    await rm(home, { recursive: true, force: true });
  }
}

/** Their first backups, which read the tables, are there: those that follow are what comes every hour or day. */
async function tablesWithBackups(dynamodb: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for (let i = 0; i < tables; i++) {
    const name = await loadedTable(dynamodb, `table-${i}`, itemsOfEach);
    await untilAvailable(dynamodb, await requestBackup(dynamodb, name), 20);
    names.push(name);
  }
  return names;
}

async function timesToAvailable(dynamodb: DynamoDBClient): Promise<AnswersResult['available']> {
  const table = await loadedTable(dynamodb, 'alone', items);
  const time = async (): Promise<number> => {
    const start = performance.now();
    await untilAvailable(dynamodb, await requestBackup(dynamodb, table), 5);
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
