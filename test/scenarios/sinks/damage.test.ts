import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { changeItems, putItems } from '../../support/fixture.ts';
import { listKeys } from '../../support/retention/support.ts';
import { createDirectoryStore } from '../../../lambda/storage/directory-store.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const archive = { name: 'archive', bucket: 'cold', prefix: 'eu' };
const world = useTidemark({ config: { sinks: [archive] } });

async function backUp(sink: string): Promise<BackupRecord> {
  const { operations, executions } = world.harness;
  const { id } = await operations.createBackup({ table: world.table, name: 'b', sink });
  await executions.idle();
  return operations.describeBackup({ table: world.table, id });
}

it('a damaged run in one data sink distrusts no snapshot of another one that a comparison also read', async () => {
  const { database, harness, table } = world;
  await backUp('archive');
  await backUp('default');
  await changeItems(database, table);
  const archived = await backUp('archive');
  await putItems(database, table, 7, 9);
  // The run's id is between those of the oldest run and of the snapshot, as if it were one of this snapshot's runs.
  const own = await backUp('default');
  const folder = join(harness.folder, 'sinks', archive.bucket, archive.prefix);
  const keys = await listKeys(createDirectoryStore(folder), 'tables');
  const file = join(folder, String(keys.find((key) => key.includes(`/runs/${archived.id}`))));
  const bytes = await readFile(file);
  bytes[20] = Number(bytes[20]) ^ 0x10;
  await writeFile(file, bytes);

  const key = ({ id }: BackupRecord) => ({ table, id });
  const comparison = harness.operations.compareBackups({ from: key(archived), to: key(own) });
  await expect(comparison).rejects.toMatchObject({ code: 'SnapshotCorrupt' });
  const { snapshots, turns } = harness.services.catalog;
  expect((await snapshots.get(key(archived)))?.damage).toBeDefined();
  expect((await snapshots.get(key(own)))?.damage).toBeUndefined();
  expect((await turns.getTable(table))?.distrust).toBeUndefined();
  expect((await backUp('default')).parent).toBe(own.id);
  expect(await backUp('archive')).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
});
