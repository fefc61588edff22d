import { randomUUID } from 'node:crypto';
import { BatchWriteItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { listBackups } from '../../../lambda/operations/list-backups.ts';
import { defaultConfig } from '../../../lambda/services/config.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { noNativeBackups } from '../../../local/dynamodb/no-native-backups.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { newBackup } from '../../support/catalog/new-backup.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
let catalog: Catalog;
let services: Parameters<typeof listBackups>[0];
let queries = 0;
let rows = 0;
beforeAll(async () => {
  database.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const result = await next(call);
        const { Items } = result.output as { readonly Items?: readonly unknown[] };
        if (commandName === 'QueryCommand') queries++;
        rows += Items?.length ?? 0;
        return result;
      },
    { step: 'initialize' },
  );
  await createCatalog(database.dynamodb, 'catalog');
  catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
  services = { catalog, config: defaultConfig, native: noNativeBackups };
});

async function createFailed(table: string, internal = false): Promise<BackupRecord> {
  const { backup } = await catalog.backups.create({ ...newBackup(table), internal });
  const claim = { table, backup: backup.id, execution: backup.id };
  await catalog.turns.take(claim);
  await catalog.turns.fail(claim, 'given up');
  const failed = await catalog.backups.get({ table, id: backup.id });
  if (failed === undefined) throw new Error('the backup has no record');
  return failed;
}

/** Adds copies of a backup's record to its table, with later markers. */
async function copyRecord({ id, marker, table: { name } }: BackupRecord, copies: number): Promise<void> {
  const { Item } = await database.dynamodb.send(
    new GetItemCommand({
      TableName: 'catalog',
      Key: { pk: { S: `TABLE#${name}` }, sk: { S: `BACKUP#${id}` } },
    }),
  );
  const others = Array.from({ length: copies }, (_, i) => createBackupId(marker + 1 + i, '00000000'));
  for (let start = 0; start < others.length; start += 25) {
    const puts = others.slice(start, start + 25).map((id) => {
      const own = { sk: { S: `BACKUP#${id}` }, id: { S: id }, position: { S: id } };
      return { PutRequest: { Item: { ...Item, ...own } } };
    });
    await database.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { catalog: puts } }));
  }
}

describe('a list of the backups of one table', () => {
  it('reads no deleted backup', async () => {
    const table = `table-${randomUUID()}`;
    const deleted: BackupRecord[] = [];
    for (let i = 0; i < 30; i++) deleted.push(await createFailed(table));
    for (const backup of deleted) await catalog.snapshots.deleteBackup(backup);
    const { backup } = await catalog.backups.create(newBackup(table));

    [queries, rows] = [0, 0];
    expect((await catalog.backups.list({ table, limit: 2 })).backups.map(({ id }) => id)).toEqual([
      backup.id,
    ]);
    expect({ queries, rows }).toEqual({ queries: 1, rows: 1 });
  });

  it('reads many records at once that it leaves out, however few backups it returns', async () => {
    const table = `table-${randomUUID()}`;
    for (let i = 0; i < 12; i++) await createFailed(table, i % 2 === 0);
    const { backup } = await catalog.backups.create(newBackup(table));
    queries = 0;
    expect((await catalog.backups.list({ table, limit: 1 })).backups.map(({ id }) => id)).toEqual([
      backup.id,
    ]);
    expect(queries).toBe(1);
  });
});

it('a list reads at most a thousand records, and then says where to continue', async () => {
  const table = `table-${randomUUID()}`;
  const failed = await createFailed(table);
  await copyRecord(failed, 1200);
  const { backup } = await catalog.backups.create({ ...newBackup(table), notBefore: failed.marker + 5000 });

  [queries, rows] = [0, 0];
  const first = await listBackups(services, { table, limit: 5 });
  expect({ queries, rows, backups: first.backups }).toEqual({ queries: 10, rows: 1000, backups: [] });
  const second = await listBackups(services, { table, limit: 5, ...(first.last && { after: first.last }) });
  expect(second).toEqual({ backups: [backup] });
});

it('the catalog reads a few records to decide whether a backup needs the head, even if the table has many backups', async () => {
  const table = `table-${randomUUID()}`;
  for (let i = 0; i < 25; i++) await createFailed(table, i % 2 === 0);
  expect(await catalog.backups.isHeadWanted({ table })).toBe(false);
  await catalog.backups.create({ ...newBackup(table), source: 'native' });
  expect(await catalog.backups.isHeadWanted({ table })).toBe(false);
  await catalog.backups.create(newBackup(table));
  [queries, rows] = [0, 0];
  expect(await catalog.backups.isHeadWanted({ table })).toBe(true);
  expect({ queries, rows }).toEqual({ queries: 1, rows: 10 });
});

it('the catalog finds the backup that needs the head of a data sink, however many backups the table has in others', async () => {
  const table = `table-${randomUUID()}`;
  const archived = await catalog.backups.create({ ...newBackup(table), sink: 'archive' });
  const { backup } = await catalog.backups.create({
    ...newBackup(table),
    notBefore: archived.backup.marker + 1,
  });
  await copyRecord(backup, 1200);
  [queries, rows] = [0, 0];
  expect(await catalog.backups.isHeadWanted({ table, sink: 'archive' })).toBe(true);
  expect(queries).toBeLessThanOrEqual(4);
  expect(await catalog.backups.isHeadWanted({ table, sink: 'other' })).toBe(false);
});

it('a deleted backup is still found by its id, with its record', async () => {
  const table = `table-${randomUUID()}`;
  const failed = await createFailed(table);
  await catalog.snapshots.deleteBackup(failed, { deletedBy: 'ada', deletedFor: 'a request' });
  expect(await catalog.backups.get({ table, id: failed.id })).toEqual({
    ...failed,
    status: 'DELETED',
    deletedBy: 'ada',
    deletedFor: 'a request',
    deletedAt: expect.any(Number) as number,
  });
  await expect(catalog.snapshots.deleteBackup(failed)).rejects.toMatchObject({ code: 'BackupNotFound' });
});
