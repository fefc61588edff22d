import { join } from 'node:path';
import { DescribeTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type BackupJob, createBackupJob } from '../../../lambda/jobs/job.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';
import { Deletions } from '../../../local/guard/deletions.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { putItems, restore, shape, tableExists } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { createTable, readTableContent } from '../../support/tables.ts';

const world = useTidemark({ items: 5 });

/** Requests a backup of the table that has no execution, so that it stays CREATING. */
let waiting: BackupId;

beforeEach(async () => {
  const quiet = world.harness.restart();
  quiet.executions.stop();
  ({ id: waiting } = await quiet.operations.createBackup({ table: world.table, name: 'waiting' }));
});

async function openDeletions({ services, folder, executions }: Harness = world.harness): Promise<Deletions> {
  const deletions = await Deletions.open(
    { ...services, prepare: async () => {}, hasRead: executions.hasRead },
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
  await after.close();
  expect((await openDeletions()).has(table)).toBe(false);
});

it('the deletion of a table does not wait for a backup that has read the table and only applies its changes', async () => {
  const { database, table } = world;
  const content = await readTableContent(database.dynamodb, table);
  const [applying, applied] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = world.harness.restart({
    async around(handler, _input, run) {
      if (handler === 'apply') {
        applying.resolve();
        await applied.promise;
      }
      return run();
    },
  });
  const deletions = await openDeletions(slow);
  await deletions.take(table);
  await slow.executions.start(createBackupJob(table, waiting));
  await applying.promise;
  await waitUntilGone();
  expect((await slow.operations.describeBackup({ table, id: waiting })).status).toBe('CREATING');
  // The name now means another table, which is not in the backup.
  await createTable(database.dynamodb, table, shape);
  await putItems(database, table, 0, 1);
  applied.resolve();
  await slow.executions.idle();
  expect(slow.executions.hasRead(waiting)).toBe(false);
  const done = await slow.operations.describeBackup({ table, id: waiting });
  expect(done.status).toBe('AVAILABLE');
  expect(await restore(database, slow, done)).toEqual(content);
});

it('a backup that starts over counts as if it had not read its table yet', async () => {
  const { table } = world;
  const steps: string[] = [];
  const again = world.harness.restart({
    async around(handler, input, run) {
      const { job } = input as { job: BackupJob };
      const step = `${handler} ${again.executions.hasRead(waiting)}`;
      // The machine calls a waiting step again.
      if (steps.at(-1) !== step) steps.push(step);
      if (handler === 'commit' && job.round === 0) return { status: 'again', job: { ...job, round: 1 } };
      return run();
    },
  });
  await again.executions.start(createBackupJob(table, waiting));
  await again.executions.idle();
  const round = [
    'scan false',
    'collect false',
    'partition true',
    'arrange true',
    'apply true',
    'commit true',
  ];
  expect(steps).toEqual(['begin false', ...round, 'begin true', ...round, 'hand-over true']);
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
