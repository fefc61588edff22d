import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { runKey } from '../../../lambda/snapshot/format/manifest.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { newBackup } from '../../support/catalog/new-backup.ts';
import { backUp, listKeys, remove } from '../../support/retention/support.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { createTable } from '../../support/tables.ts';
import { putItems, shape } from '../../support/fixture.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const hour = 60 * 60 * 1000;

const world = useTidemark({ config: { sweepGraceMs: 0 } });

interface Cost {
  /** The rows that the catalog returned. */
  rows: number;
  /** The calls to the catalog. */
  calls: number;
  /** The folders that the sweep listed. */
  folders: string[];
}

/** Sweeps `hours` later, with the grace of a deployment, and counts its reads. */
async function sweepLater(hours: number): Promise<Cost> {
  const { database, harness } = world;
  const cost: Cost = { rows: 0, calls: 0, folders: [] };
  database.dynamodb.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call);
      const { Items, Item } = answer.output as { Items?: readonly unknown[]; Item?: unknown };
      cost.calls++;
      cost.rows += (Items?.length ?? 0) + (Item === undefined ? 0 : 1);
      return answer;
    },
    { step: 'initialize', name: 'count' },
  );
  const store = (inner: ObjectStore): ObjectStore => ({
    ...inner,
    list(folder) {
      cost.folders.push(folder);
      return inner.list(folder);
    },
  });
  const later = harness.restart({ clock: shiftClock(harness.services.clock, hours * hour), store });
  expect(await sweep(later.services)).toMatchObject({ finished: true, troubles: 0 });
  database.dynamodb.middlewareStack.remove('count');
  return cost;
}

/** Records a backup of another table of this name that failed at once, and deletes the backup. */
async function createDeleted(table: string): Promise<void> {
  const { backups, turns, snapshots } = world.harness.services.catalog;
  const { backup } = await backups.create(newBackup(table));
  const claim = { table, backup: backup.id, execution: backup.id };
  await turns.take(claim);
  await turns.fail(claim, 'given up');
  await snapshots.deleteBackup({ ...backup, status: 'FAILED' });
}

describe('the number of reads of a sweep', () => {
  it('does not grow with the number of deleted backups, and of deleted tables of one name', async () => {
    const { database, harness, table } = world;
    await backUp(database, harness, table);
    await sweepLater(0);
    const before = await sweepLater(3);
    for (let i = 0; i < 30; i++) await createDeleted(table);
    // Late duplicates of executions may still store objects in the 30 folders, so the sweep lists these until the grace is over.
    expect((await sweepLater(0)).folders).toHaveLength(before.folders.length + 30);
    await sweepLater(3);
    expect(await sweepLater(3)).toEqual(before);
  });
});

it('a sweep finds and deletes an object that a late twin stores after everything else of its table was deleted', async () => {
  const { database, harness, table } = world;
  const { backup } = await backUp(database, harness, table);
  await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
  await createTable(database.dynamodb, table, shape);
  await putItems(database, table, 0, 3);
  await backUp(database, harness, table);
  await remove(harness, backup);
  const folder = `tables/${backup.table.tableId}`;
  await sweepLater(3);
  expect(await listKeys(harness.store, folder)).toEqual([]);
  await harness.store.put(runKey(backup.table.tableId, `${backup.id}-89abcdef-0.0`), Buffer.from('late'));
  await sweepLater(0.5);
  expect(await listKeys(harness.store, folder)).toEqual([]);
});
