import { DeleteTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import { intercept } from '../../support/restore/imports.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { changeItems, expectNothingHeld, putItems, restore, shape } from '../../support/fixture.ts';
import { readTableContent, createTable } from '../../support/tables.ts';
import { createBackupJob } from '../../../lambda/jobs/job.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { testLimits } from '../../support/harness.ts';

const world = useTidemark();

async function backup() {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

async function setStream(enabled: boolean): Promise<void> {
  await world.database.dynamodb.send(
    new UpdateTableCommand({
      TableName: world.table,
      StreamSpecification: enabled
        ? { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
        : { StreamEnabled: false },
    }),
  );
}

describe('a table whose changes no stream holds', () => {
  it('gets a new base after its stream was disabled and enabled again', async () => {
    const { database, harness, table } = world;
    expect(await backup()).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    await setStream(false);
    await changeItems(database, table);
    await setStream(true);
    const second = await backup();
    expect(second).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });

  it('gets a new base if it was deleted and created again under its name', async () => {
    const { database, harness, table } = world;
    const first = await backup();
    const before = await readTableContent(database.dynamodb, table);
    await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    await createTable(database.dynamodb, table, shape);
    await putItems(database, table, 50, 60);
    const second = await backup();
    expect(second).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    expect(second.table.tableId).not.toBe(first.table.tableId);
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
    expect(await restore(database, harness, first)).toEqual(before);
  });

  it('gets a new base if its head is older than the stream reaches back', async () => {
    const { database, harness, table } = world;
    await backup();
    await changeItems(database, table);
    const day = 24 * 60 * 60 * 1000;
    const tomorrow = harness.restart({
      clock: shiftClock(harness.services.clock, day),
    });
    const { id } = await tomorrow.operations.createBackup({ table, name: 'tomorrow' });
    await tomorrow.executions.idle();
    const second = await tomorrow.operations.describeBackup({ table, id });
    expect(second).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    // By the database's clock: a table that was created a day before its restore was requested is not the restore's.
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });
});

describe('a chain of backups', () => {
  it('never has more runs than the limit, because delta runs are merged', async () => {
    const { database, harness, table } = world;
    await putItems(database, table, 0, 100);
    const tidy = harness.restart({ config: { limits: { ...testLimits, maxRuns: 2 } } });
    const kinds: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      await changeItems(database, table);
      const { id } = await tidy.operations.createBackup({ table, name: 'a-backup' });
      await tidy.executions.idle();
      const made = await tidy.operations.describeBackup({ table, id });
      kinds.push(made.kind);
      const { manifest } = await readManifest(tidy.store, made.table.tableId, made.id);
      expect(manifest.runs.length).toBeLessThanOrEqual(2);
      expect(await restore(database, tidy, made)).toEqual(await readTableContent(database.dynamodb, table));
    }
    expect(kinds).toEqual(['full', 'incremental', 'incremental', 'incremental']);
  });
});

describe('a backup of a table that lacks a usable stream', () => {
  it('is refused with the remedy if the table has no stream', async () => {
    await setStream(false);
    await expect(backup()).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
      message: expect.stringContaining('NEW_AND_OLD_IMAGES'),
    });
  });

  it('is refused if the stream has another view type, and the stream is not changed', async () => {
    const { database, harness, table } = world;
    await setStream(false);
    await database.dynamodb.send(
      new UpdateTableCommand({
        TableName: table,
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
    const enabling = harness.restart({ config: { missingStream: 'enable' } });
    await expect(enabling.operations.createBackup({ table, name: 'a-backup' })).rejects.toMatchObject({
      code: 'ContinuousBackupsUnavailable',
    });
  });

  it('is made from the start of the stream if the configuration enables a missing stream', async () => {
    const { database, harness, table } = world;
    await setStream(false);
    const enabling = harness.restart({ config: { missingStream: 'enable' } });
    const { id } = await enabling.operations.createBackup({ table, name: 'a-backup' });
    await enabling.executions.idle();
    const made = await enabling.operations.describeBackup({ table, id });
    expect(made).toMatchObject({ status: 'AVAILABLE', kind: 'full' });
    expect(await restore(database, enabling, made)).toEqual(await readTableContent(database.dynamodb, table));
  });

  it('fails after some minutes if somebody repeatedly disables the stream', async () => {
    const { database, harness, table } = world;
    await setStream(false);
    const config = { missingStream: 'enable' } as const;
    const quiet = harness.restart({ config });
    quiet.executions.stop();
    const { id } = await quiet.operations.createBackup({ table, name: 'a-backup' });
    let enabled = 0;
    const another = database.client();
    intercept(database, 'UpdateTableCommand', async (send) => {
      enabled++;
      const answer = await send();
      const StreamSpecification = { StreamEnabled: false };
      await another.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
      return answer;
    });
    const { clock } = harness.services;
    const late = harness.restart({
      config,
      clock: { ...clock, now: () => clock.now() + enabled * 2 * 60_000 },
    });
    await late.executions.start(createBackupJob(table, id));
    await late.executions.idle();
    const failed = await harness.operations.describeBackup({ table, id });
    expect(failed).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/stream/) as string });
    await expectNothingHeld(harness, table);
  });

  it('fails with a reason if the table is deleted while it waits, and blocks no other backup', async () => {
    const { database, harness, table } = world;
    const quiet = harness.restart();
    quiet.executions.stop();
    const { id } = await quiet.operations.createBackup({ table, name: 'a-backup' });
    await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    await harness.executions.start(createBackupJob(table, id));
    await harness.executions.idle();
    expect(await harness.operations.describeBackup({ table, id })).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/^TableNotFound: /),
    });
    await createTable(database.dynamodb, table, shape);
    expect(await backup()).toMatchObject({ status: 'AVAILABLE' });
  });
});
