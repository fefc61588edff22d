import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { BackupRecord } from '../../lambda/catalog/records.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { changeItems, newTable } from '../support/fixture.ts';
import { type Harness, startHarness } from '../support/harness.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

/** A Tidemark, and the names of the objects that its collect step has read. */
async function watched(): Promise<{ harness: Harness; read: string[] }> {
  const read: string[] = [];
  let handler = '';
  const harness = await startHarness(database, {
    around: (name, _input, run) => {
      handler = name;
      return run();
    },
    store: (store) => ({
      ...store,
      get(key) {
        if (handler === 'collect') read.push(key.slice(key.lastIndexOf('/') + 1));
        return store.get(key);
      },
    }),
  });
  onTestFinished(() => harness.close());
  return { harness, read };
}

async function backUp({ operations, executions }: Harness, table: string): Promise<BackupRecord> {
  const { id } = await operations.createBackup({ table, name: 'backup' });
  await executions.idle();
  return operations.describeBackup({ table, id });
}

it('changes are collected from a stream with one look at the parent', async () => {
  const { harness, read } = await watched();
  const table = await newTable(database);
  await backUp(harness, table);
  read.length = 0;
  await changeItems(database, table);
  expect(await backUp(harness, table)).toMatchObject({ status: 'AVAILABLE', source: 'stream' });
  expect(read.filter((name) => name === 'manifest.json.zst')).toHaveLength(1);
});
