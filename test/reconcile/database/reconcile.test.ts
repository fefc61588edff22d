import { DeleteTableCommand, PutItemCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createScheduledBackup } from '../../../lambda/operations/scheduled-backup.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { Config } from '../../../lambda/services/config.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { changeItems, expectNothingHeld, createFilledTable, restore, shape } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { createSimulatedRecovery } from '../../support/recovery.ts';
import { readTableContent, createTable } from '../../support/tables.ts';
import { shiftClock } from '../../support/simulated-clock.ts';

const hour = 60 * 60 * 1000;

const world = useTidemark();

/** Restarts the same Tidemark with a clock that is `milliseconds` ahead. */
function restartLater(milliseconds: number, config: Partial<Config> = {}): Harness {
  return world.harness.restart({ config, clock: shiftClock(world.harness.services.clock, milliseconds) });
}

/** Expects that nine hours later no internal backup is requested. */
async function expectHeadKept(id: string, config: Partial<Config> = {}): Promise<void> {
  const { harness, table } = world;
  const before = await harness.services.catalog.turns.getTable(table);
  await settle(restartLater(9 * hour, config));
  const after = await harness.services.catalog.turns.getTable(table);
  expect([after?.head?.snapshot, after?.lastMarker]).toEqual([id, before?.lastMarker]);
}

async function settle(at: Harness): Promise<number> {
  const { troubles } = await reconcile(at.services);
  await at.executions.idle();
  return troubles;
}

async function backup(): Promise<BackupRecord> {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  return harness.operations.describeBackup({ table, id });
}

describe('reconcile', () => {
  it('starts a backup that was recorded but never started', async () => {
    const { harness, table } = world;
    const stopped = harness.restart();
    stopped.executions.stop();
    const { id } = await stopped.operations.createBackup({ table, name: 'orphan' });
    await settle(harness);
    expect(await harness.operations.describeBackup({ table, id })).toMatchObject({ status: 'AVAILABLE' });
    await expectNothingHeld(harness, table);
  });

  it('gives up a backup whose executions repeatedly end early, records a reason, and starts the next backup', async () => {
    const { harness, table } = world;
    const dying: Harness = harness.restart({
      around: async (handler, input, run) => {
        const { job } = input as { job: { id: string } };
        if (job.id !== doomed.id || handler !== 'collect') return run();
        dying.executions.stop();
        throw new Error('killed');
      },
    });
    const doomed = await dying.operations.createBackup({ table, name: 'doomed' });
    const next = await dying.operations.createBackup({ table, name: 'next' });
    await dying.executions.idle();
    for (let pass = 0; pass < 8; pass++) {
      const again: Harness = harness.restart({
        around: async (handler, input, run) => {
          const { job } = input as { job: { id: string } };
          if (job.id !== doomed.id || handler !== 'collect') return run();
          again.executions.stop();
          throw new Error('killed');
        },
      });
      await settle(again);
    }
    expect(await harness.operations.describeBackup({ table, id: doomed.id })).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('executions ended'),
    });
    expect(await harness.operations.describeBackup({ table, id: next.id })).toMatchObject({
      status: 'AVAILABLE',
    });
    await expectNothingHeld(harness, table);
  });

  it('leaves a running backup alone', async () => {
    const { harness, table } = world;
    const { id } = await harness.operations.createBackup({ table, name: 'running' });
    // A backup that waits for its turn looks as if it was never started.
    await vi.waitFor(async () => {
      const record = await harness.services.catalog.turns.getTable(table);
      expect(record?.turn !== undefined || record?.pending.length === 0).toBe(true);
    });
    await reconcile(harness.services);
    await harness.executions.idle();
    expect(await harness.operations.describeBackup({ table, id })).toMatchObject({
      status: 'AVAILABLE',
      attempts: 1,
    });
  });
});

describe('a head whose next changes the stream will soon trim', () => {
  it('is moved forward by an internal backup, which no list shows', async () => {
    const { database, harness, table } = world;
    const first = await backup();
    await changeItems(database, table);
    await settle(restartLater(7 * hour));
    expect((await harness.services.catalog.turns.getTable(table))?.head?.snapshot).toBe(first.id);
    const evening = restartLater(9 * hour);
    await settle(evening);
    const head = (await harness.services.catalog.turns.getTable(table))?.head?.snapshot;
    expect(head).not.toBe(first.id);
    expect((await harness.operations.listBackups({ table, limit: 9 })).backups.map(({ id }) => id)).toEqual([
      first.id,
    ]);
    expect((await harness.operations.listBackups({ limit: 100 })).backups.map(({ id }) => id)).not.toContain(
      head,
    );
    const { id } = await evening.operations.createBackup({ table, name: 'evening' });
    await evening.executions.idle();
    const second = await evening.operations.describeBackup({ table, id });
    expect(second).toMatchObject({ status: 'AVAILABLE', kind: 'incremental', parent: head });
    expect(await restore(database, harness, second)).toEqual(
      await readTableContent(database.dynamodb, table),
    );
  });

  it('is not moved if its table has no backup, or if another table has taken the name', async () => {
    const { database, harness, table } = world;
    const { id } = await backup();
    await harness.operations.deleteBackup({ table, id });
    await settle(restartLater(9 * hour));
    expect((await harness.services.catalog.turns.getTable(table))?.head?.snapshot).toBe(id);
    const kept = await backup();
    await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    await createTable(database.dynamodb, table, shape);
    await settle(restartLater(9 * hour));
    expect((await harness.services.catalog.turns.getTable(table))?.head?.snapshot).toBe(kept.id);
  });

  it('is not moved if another stream replaced the stream that it ends in', async () => {
    const { id } = await backup();
    const none = { StreamEnabled: false };
    const another = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
    for (const StreamSpecification of [none, another]) {
      await world.database.dynamodb.send(
        new UpdateTableCommand({ TableName: world.table, StreamSpecification }),
      );
      await expectHeadKept(id);
    }
  });

  it('is moved only by the stream, never by an export, even if it ends with an export', async () => {
    await world.replaceHarness({
      config: { base: 'export', replayMs: 1000 },
      exports: createSimulatedRecovery(world.database.clock),
    });
    const { harness, table } = world;
    world.database.clock.advance(2000);
    const { id, source } = await backup();
    expect(source).toBe('export');
    // Here the replay would start before the stream begins.
    await expectHeadKept(id, { base: 'export', replayMs: hour });
    await settle(restartLater(9 * hour, { base: 'export' }));
    const head = (await harness.services.catalog.turns.getTable(table))?.head?.snapshot;
    expect(head).not.toBe(id);
    const moved = await harness.services.catalog.backups.get({ table, id: head as BackupRecord['id'] });
    expect(moved).toMatchObject({ status: 'AVAILABLE', source: 'stream', parent: id });
  });

  it('is moved by the next pass if DescribeStream is throttled', async () => {
    const { harness, table } = world;
    const { id } = await backup();
    const evening = restartLater(9 * hour);
    const error = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    vi.spyOn(evening.services.streams, 'send').mockImplementationOnce(() => {
      throw error;
    });
    expect(await reconcile(evening.services)).toEqual({ troubles: 0 });
    expect((await harness.services.catalog.turns.getTable(table))?.head?.snapshot).toBe(id);
    await settle(evening);
    expect((await harness.services.catalog.turns.getTable(table))?.head?.snapshot).not.toBe(id);
  });

  it('is not retried immediately if it cannot be moved', async () => {
    const { harness, table } = world;
    await backup();
    const evening = restartLater(9 * hour);
    await settle(evening);
    const { lastMarker } = (await harness.services.catalog.turns.getTable(table)) ?? {};
    await settle(evening);
    expect((await harness.services.catalog.turns.getTable(table))?.lastMarker).toBe(lastMarker);
  });
});

describe('a trouble of a pass', () => {
  /** Makes DescribeTable return this for the table, or throw it. */
  function describeAs(answered: object) {
    world.database.dynamodb.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { Table } = answer.output as { Table?: { TableName?: string } };
        if (Table?.TableName !== world.table) return answer;
        if (answered instanceof Error) throw answered;
        return { ...answer, output: { ...answer.output, Table: { ...Table, ...answered } } };
      },
      { step: 'initialize', name: 'describe-as' },
    );
  }
  afterEach(() => world.database.dynamodb.middlewareStack.remove('describe-as'));

  it('is counted for one table, and does not stop the work on other tables', async () => {
    const { database, harness } = world;
    await backup();
    const other = await createFilledTable(database);
    const { id } = await harness.operations.createBackup({ table: other, name: 'other' });
    await harness.executions.idle();
    expect(await settle(restartLater(hour))).toBe(0);
    describeAs(new Error('DynamoDB does not answer'));
    expect(await settle(restartLater(9 * hour))).toBe(1);
    expect((await harness.services.catalog.turns.getTable(other))?.head?.snapshot).not.toBe(id);
  });

  it('is counted for an invalid record, and does not stop the work on other records', async () => {
    const { database, harness, table } = world;
    const stopped = harness.restart();
    stopped.executions.stop();
    const { id } = await stopped.operations.createBackup({ table, name: 'orphan' });
    const catalogTable = harness.services.config.catalogArn.split('/').at(-1);
    const collections = ['TABLES', 'NATIVES', 'EXPIRIES', 'RESTORES', 'FAILED_RESTORES'];
    for (const collection of collections) {
      const key = { pk: { S: 'TABLE#broken' }, sk: { S: collection } };
      // This record comes before all others in its collection.
      const place = { collection: { S: collection }, position: { S: '0'.repeat(14) } };
      await database.dynamodb.send(
        new PutItemCommand({ TableName: catalogTable, Item: { ...key, ...place } }),
      );
    }
    const reasons: unknown[] = [];
    const error = (_message: string, facts?: object) => {
      reasons.push(facts);
    };
    const at = harness.restart({ log: { ...silentLog, error } });
    expect(await settle(at)).toBe(collections.length);
    for (const collection of collections) {
      const reason = expect.stringMatching(
        `^CatalogRecordInvalid: .*\\(TABLE#broken, ${collection}\\) has no valid`,
      );
      expect(reasons).toContainEqual({ reason });
    }
    expect(await harness.operations.describeBackup({ table, id })).toMatchObject({ status: 'AVAILABLE' });
  });

  it('is not counted for a table that is being deleted', async () => {
    const { id } = await backup();
    describeAs({ TableStatus: 'DELETING' });
    expect(await settle(restartLater(9 * hour))).toBe(0);
    expect((await world.harness.services.catalog.turns.getTable(world.table))?.head?.snapshot).toBe(id);
  });
});

it('a pass whose time is used up ends, and logs how much it has not checked', async () => {
  const { harness, table } = world;
  const stopped = harness.restart();
  stopped.executions.stop();
  const { id } = await stopped.operations.createBackup({ table, name: 'orphan' });
  const warnings: unknown[] = [];
  const warn = (message: string, facts?: object) => {
    warnings.push({ message, ...facts });
  };
  expect(await settle(harness.restart({ config: { timeBudgetMs: 0 }, log: { ...silentLog, warn } }))).toBe(0);
  expect(await harness.operations.describeBackup({ table, id })).toMatchObject({ status: 'CREATING' });
  expect(warnings).toEqual([{ message: 'the pass ended before it had checked everything', missed: 1 }]);
});

describe('a scheduled backup', () => {
  const delivery = { schedule: 'nightly', keepDays: 2, scheduledTime: '2026-11-21T03:00:00Z' };

  it('is made once if its delivery comes twice', async () => {
    const { harness, table } = world;
    const one = await createScheduledBackup(harness.services, { ...delivery, table });
    const two = await createScheduledBackup(harness.services, { ...delivery, table });
    expect(two.id).toBe(one.id);
    await harness.executions.idle();
  });

  it('is deleted when it expires, not before', async () => {
    const { harness, table } = world;
    const { id } = await createScheduledBackup(harness.services, { ...delivery, table });
    await harness.executions.idle();
    await settle(restartLater(47 * hour));
    expect(await harness.operations.describeBackup({ table, id })).toMatchObject({ status: 'AVAILABLE' });
    await settle(restartLater(49 * hour));
    await expect(harness.operations.describeBackup({ table, id })).rejects.toMatchObject({
      code: 'BackupNotFound',
    });
  });
});
