import { BatchWriteItemCommand, DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import type { BackupRecord, Kind, RestoreRecord } from '../../lambda/model/records.ts';
import type { StartedRestore } from '../../lambda/native/recovery.ts';
import { isServiceError } from '../../lambda/runtime/errors.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import type { TestDatabase } from './database.ts';
import type { Harness } from './harness.ts';
import { readTableContent, createTable, deleteItem, nthKey, type Shape } from './tables.ts';

/** DynamoDB's limit for BatchWriteItem. */
const maxBatchItems = 25;

export const shape: Shape = { hash: 'S', range: 'N' };

/** Creates a table with this many items, and returns its name. */
export async function createFilledTable({ dynamodb }: TestDatabase, items = 20): Promise<string> {
  const table = `table-${randomIds.hex(12)}`;
  await createTable(dynamodb, table, shape);
  await putItems({ dynamodb }, table, 0, items);
  return table;
}

/** Puts the items number `from` to `to` - 1, each with a value that no other put has. */
export async function putItems(
  { dynamodb }: Pick<TestDatabase, 'dynamodb'>,
  table: string,
  from: number,
  to: number,
): Promise<void> {
  const puts = Array.from({ length: to - from }, (_, i) => {
    const n = from + i;
    const Item = { ...nthKey(shape, n), value: { S: `${randomIds.hex(8)} of ${n}` } };
    return { PutRequest: { Item } };
  });
  for (let at = 0; at < puts.length; at += maxBatchItems) {
    const RequestItems = { [table]: puts.slice(at, at + maxBatchItems) };
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems }));
  }
}

/** Puts, changes and deletes a few items. */
export async function changeItems({ dynamodb }: TestDatabase, table: string): Promise<void> {
  await putItems({ dynamodb }, table, 3, 6);
  await putItems({ dynamodb }, table, 100, 103);
  await deleteItem(dynamodb, table, nthKey(shape, 0));
}

/** Backs the table up, and returns the record of the ended backup. */
export async function backUp(
  { operations, executions }: Harness,
  table: string,
  kind?: Kind,
): Promise<BackupRecord> {
  const { id } = await operations.createBackup({ table, name: 'backup', ...(kind && { kind }) });
  await executions.idle();
  return operations.describeBackup({ table, id });
}

/** Restores the backup into a new table, and returns that table's content. */
export async function restore(
  database: TestDatabase,
  harness: Harness,
  backup: BackupRecord,
): Promise<Map<string, string>> {
  const target = `restored-${randomIds.hex(12)}`;
  await harness.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
  await harness.executions.idle();
  const record = await harness.services.catalog.restores.get(target);
  expect([record?.status, record?.reason, record?.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  return readTableContent(database.dynamodb, target);
}

/** Returns the record of a restore that Tidemark makes itself. Throws for a restore that DynamoDB makes. */
export function recordOf(started: StartedRestore): RestoreRecord {
  if ('restore' in started) return started.restore;
  throw new Error('DynamoDB restores the table');
}

export async function tableExists({ dynamodb }: TestDatabase, name: string): Promise<boolean> {
  try {
    await dynamodb.send(new DescribeTableCommand({ TableName: name }));
    return true;
  } catch (error) {
    if (isServiceError(error, 'ResourceNotFoundException')) return false;
    throw error;
  }
}

/** Expects that no execution holds a turn of the table, waits for it, or pins one of its snapshots, in any data sink. */
export async function expectNothingHeld(harness: Harness, table: string): Promise<void> {
  const lineages = await harness.services.catalog.turns.listLineages(table);
  expect(lineages).not.toEqual([]);
  for (const { turn, pending } of lineages) expect([turn, pending]).toEqual([undefined, []]);
  const { backups } = await harness.operations.listBackups({ table, limit: 100, includeFailed: true });
  for (const { id } of backups) {
    const snapshot = await harness.services.catalog.snapshots.get({ table, id });
    expect([snapshot?.pins, snapshot?.restores]).toEqual([undefined, undefined]);
  }
}
