import { expect } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { buildManifestKey, readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import type { TestDatabase } from '../database.ts';
import { changeItems } from '../fixture.ts';
import type { Harness } from '../harness.ts';
import { readTableContent } from '../tables.ts';

/** A backup, and the content of its table when it was made. */
export interface TakenBackup {
  readonly backup: BackupRecord;
  readonly content: Map<string, string>;
}

/** Backs the table up as it is now. */
export async function backUp(database: TestDatabase, harness: Harness, table: string): Promise<TakenBackup> {
  const content = await readTableContent(database.dynamodb, table);
  const { id } = await harness.operations.createBackup({ table, name: 'kept' });
  await harness.executions.idle();
  const backup = await harness.operations.describeBackup({ table, id });
  expect([backup.status, backup.reason]).toEqual(['AVAILABLE', undefined]);
  return { backup, content };
}

/** Makes a base and increments, and changes the content before each. */
export async function backUpChain(
  database: TestDatabase,
  harness: Harness,
  table: string,
  count: number,
): Promise<[TakenBackup, ...TakenBackup[]]> {
  const made: [TakenBackup, ...TakenBackup[]] = [await backUp(database, harness, table)];
  while (made.length < count) {
    await changeItems(database, table);
    made.push(await backUp(database, harness, table));
  }
  return made;
}

export function remove({ operations }: Harness, { table, id }: BackupRecord): Promise<BackupRecord> {
  return operations.deleteBackup({ table: table.name, id });
}

/** Lists the keys of all objects in the folder, in order. */
export async function listKeys(store: ObjectStore, folder: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(folder))).map(({ key }) => key).toSorted();
}

export async function listAllKeys(store: ObjectStore): Promise<string[]> {
  return [...(await listKeys(store, 'tables')), ...(await listKeys(store, 'staging'))];
}

/** Lists the keys of the objects of live snapshots, in order. */
export async function listNeededKeys(harness: Harness, table: string): Promise<string[]> {
  const { snapshots } = await harness.services.catalog.snapshots.takeCensus(table);
  const live = snapshots.filter(({ alive }) => alive);
  const manifests = await Promise.all(
    live.map(async ({ tableId, id }) => (await readManifest(harness.store, tableId, id)).manifest),
  );
  const needed = manifests.flatMap(({ table, id, runs }) => [
    buildManifestKey(table.tableId, id),
    ...runs.map(({ key }) => key),
  ]);
  return [...new Set(needed)].toSorted();
}

/** Expects that the store holds exactly the objects of the tables' live snapshots. */
export async function expectNothingLeftOver(harness: Harness, ...tables: string[]): Promise<void> {
  const needed = await Promise.all(tables.map((table) => listNeededKeys(harness, table)));
  expect(await listKeys(harness.store, 'tables')).toEqual(needed.flat().toSorted());
  expect(await listKeys(harness.store, 'staging')).toEqual([]);
}
