import { join } from 'node:path';
import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';
import { Deletions } from '../../../local/guard/deletions.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { tableExists } from '../../support/fixture.ts';

const world = useTidemark({ items: 5 });

/** Requests a backup of the table that has no execution, so that it stays CREATING. */
let waiting: BackupId;

beforeEach(async () => {
  const quiet = world.harness.restart();
  quiet.executions.stop();
  ({ id: waiting } = await quiet.operations.createBackup({ table: world.table, name: 'waiting' }));
});

async function openDeletions(): Promise<Deletions> {
  const { services, folder } = world.harness;
  const deletions = await Deletions.open(
    { ...services, prepare: async () => {} },
    join(folder, 'deletions.json'),
  );
  onTestFinished(() => deletions.close());
  return deletions;
}

const waitUntilGone = () =>
  vi.waitUntil(async () => !(await tableExists(world.database, world.table)), 10_000);

it('the deletion of a table waits for the table’s backups, even across a restart', async () => {
  const { database, harness, table } = world;
  const before = await openDeletions();
  expect(await before.take(table)).toMatchObject({ TableName: table, TableStatus: 'DELETING' });
  await before.close();
  const after = await openDeletions();
  expect(after.has(table)).toBe(true);
  expect(await tableExists(database, table)).toBe(true);
  await harness.executions.start(createBackupJob(table, waiting));
  await harness.executions.idle();
  await waitUntilGone();
  expect(await harness.operations.describeBackup({ table, id: waiting })).toMatchObject({
    status: 'AVAILABLE',
    figures: { items: 5 },
  });
  await vi.waitUntil(() => !after.has(table));
  expect((await openDeletions()).has(table)).toBe(false);
});

it('the deletion of a table waits at most five minutes', async () => {
  const { database, table } = world;
  const deletions = await openDeletions();
  await deletions.take(table);
  database.clock.advance(4 * 60_000);
  expect(await tableExists(database, table)).toBe(true);
  database.clock.advance(60_000);
  await waitUntilGone();
});

it('a waiting deletion appears to a client’s callers as DELETING', async () => {
  const { database, table } = world;
  const deletions = await openDeletions();
  const client = database.client();
  deletions.show(client);
  const statusOf = async () =>
    (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus;
  expect(await statusOf()).toBe('ACTIVE');
  await deletions.take(table);
  expect(await statusOf()).toBe('DELETING');
});

it('the deletion of a table that is protected, missing or without unfinished backups is passed on at once', async () => {
  const { database, harness, table } = world;
  const deletions = await openDeletions();
  expect(await deletions.take('no-such-table')).toBeUndefined();
  const protect = { TableName: table, DeletionProtectionEnabled: true };
  await database.dynamodb.send(new UpdateTableCommand(protect));
  expect(await deletions.take(table)).toBeUndefined();
  await database.dynamodb.send(new UpdateTableCommand({ ...protect, DeletionProtectionEnabled: false }));
  await harness.executions.start(createBackupJob(table, waiting));
  await harness.executions.idle();
  expect(await deletions.take(table)).toBeUndefined();
});
