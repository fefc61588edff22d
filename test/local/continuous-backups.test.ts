import { UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RestoreRecord } from '../../lambda/catalog/records.ts';
import { randomIds } from '../../lambda/runtime/ids.ts';
import { reconcile } from '../../lambda/workflow/reconcile.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { expectNothingHeld, newTable, putItems, shape, tableExists } from '../support/fixture.ts';
import { type Harness, startHarness } from '../support/harness.ts';
import { contentOf, createTable, nthKey } from '../support/tables.ts';
import { Writer } from '../support/writer.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.close());

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness(database);
});
afterEach(() => harness.close());

const enable = (table: string, recoveryPeriodInDays?: number) =>
  harness.continuous.update(table, {
    enabled: true,
    ...(recoveryPeriodInDays !== undefined && { recoveryPeriodInDays }),
  });

async function begun(table: string, time?: number): Promise<RestoreRecord> {
  const target = `restored-${randomIds.hex(12)}`;
  const started = await harness.continuous.restore({
    table,
    target,
    overrides: {},
    ...(time !== undefined && { time }),
  });
  if (!('restore' in started)) throw new Error('the embedded runtime restores by itself');
  return started.restore;
}

async function contentAt(table: string, time?: number): Promise<Map<string, string>> {
  const { target } = await begun(table, time);
  await harness.executions.idle();
  const record = await harness.services.catalog.restores.get(target);
  expect([record?.status, record?.reason]).toEqual(['RESTORED', undefined]);
  return contentOf(database.dynamodb, target);
}

describe('point-in-time recovery', () => {
  it('is off until it is switched on, for this table and not for one that takes its name', async () => {
    const table = await newTable(database, 1);
    expect(await harness.continuous.describe(table)).toEqual({ enabled: false });
    const before = Date.now();
    const enabled = await enable(table);
    expect(enabled).toMatchObject({ enabled: true, recoveryPeriodInDays: 35 });
    expect(enabled.earliest).toBeGreaterThanOrEqual(before);
    expect(enabled.latest).toBeGreaterThanOrEqual(Number(enabled.earliest));
    expect(await harness.continuous.update(table, { enabled: false })).toEqual({ enabled: false });
    expect(await harness.continuous.describe(table)).toEqual({ enabled: false });
  });

  it('keeps its beginning when it is switched on again, and takes another period', async () => {
    const table = await newTable(database, 1);
    const { earliest } = await enable(table, 7);
    expect(await enable(table)).toMatchObject({ earliest, recoveryPeriodInDays: 7 });
    expect(await enable(table, 1)).toMatchObject({ earliest, recoveryPeriodInDays: 1 });
  });

  it('lists none of its own backups, and outlives a restart', async () => {
    const table = await newTable(database, 3);
    await enable(table);
    await contentAt(table);
    const page = await harness.operations.listBackups({ table, limit: 10 });
    expect(page.backups).toEqual([]);
    expect(await harness.restarted().continuous.describe(table)).toMatchObject({ enabled: true });
  });

  it('is refused for what is not there', async () => {
    await expect(harness.continuous.describe('no-such-table')).rejects.toMatchObject({
      code: 'TableNotFound',
    });
    await expect(enable('no-such-table')).rejects.toMatchObject({ code: 'TableNotFound' });
    await expect(begun('no-such-table')).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});

describe('a restore to a point in time', () => {
  it('is of the content of that second, while writers write and backups are made and deleted', async () => {
    const table = `table-${randomIds.hex(12)}`;
    await createTable(database.dynamodb, table, shape);
    const writers = [new Writer(database.dynamodb, table), new Writer(database.dynamodb, table)] as const;
    const { earliest = 0 } = await enable(table);
    const times = [earliest];
    // A few seconds of writes: the stream's times are no finer.
    for (let n = 0, began = Date.now(); Date.now() - began < 5000; n++) {
      for (const [i, writer] of writers.entries()) {
        const value = { value: { S: `${n}` } };
        await writer.write({ key: nthKey(shape, 2 * (n % 12) + i), item: n % 5 === 4 ? undefined : value });
      }
      if (n % 40 === 20) times.push(Date.now());
      if (n % 100 === 50) {
        const { id } = await harness.operations.createBackup({ table, name: 'between' });
        await harness.executions.idle();
        if (n % 200 === 50) await harness.operations.deleteBackup({ table, id });
      }
    }
    const { latest = 0 } = await harness.continuous.describe(table);
    const within = times.filter((time) => time <= latest);
    expect(within.length).toBeGreaterThan(3);
    for (const time of [...within, latest]) {
      const content = await contentAt(table, time);
      expect(writers.map((writer) => writer.explains(content, time))).toEqual([true, true]);
    }
    expect(await contentAt(table)).toBeInstanceOf(Map);
    await expectNothingHeld(harness, table);
  });

  it('leaves the head where it is: later backups go on from it', async () => {
    const table = await newTable(database, 10);
    await enable(table);
    await harness.executions.idle();
    const head = (await harness.services.catalog.turns.table(table))?.head;
    await putItems(database, table, 0, 3);
    await contentAt(table);
    expect((await harness.services.catalog.turns.table(table))?.head).toEqual(head);
    const { id } = await harness.operations.createBackup({ table, name: 'after' });
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    expect(backup).toMatchObject({ status: 'AVAILABLE', parent: head?.snapshot, source: 'stream' });
  });

  it('makes the table that the source is now, with the overrides', async () => {
    const table = await newTable(database, 2);
    await enable(table);
    const target = `restored-${randomIds.hex(12)}`;
    const overrides = { billingMode: 'PROVISIONED', provisionedThroughput: throughput } as const;
    const started = await harness.continuous.restore({ table, target, overrides });
    expect(started).toMatchObject({
      restore: { description: { billingMode: 'PROVISIONED' }, pointInTime: true },
    });
    await harness.executions.idle();
    const { table: made } = await harness.operations.describeTable({ table: target });
    expect(made.ProvisionedThroughput).toMatchObject(throughput);
  });

  it('is refused where recovery is off, or does not reach, or the target is taken', async () => {
    const table = await newTable(database, 1);
    await expect(begun(table)).rejects.toMatchObject({ code: 'PointInTimeRecoveryUnavailable' });
    const { earliest = 0, latest = 0 } = await enable(table);
    for (const time of [earliest - 1, latest + 3_600_000, -1, 1e300]) {
      await expect(begun(table, time)).rejects.toMatchObject({ code: 'InvalidRestoreTime' });
    }
    const taken = harness.continuous.restore({ table, target: table, overrides: {} });
    await expect(taken).rejects.toMatchObject({ code: 'TableAlreadyExists' });
    const { target } = await begun(table);
    const again = harness.continuous.restore({ table, target, overrides: {} });
    await expect(again).rejects.toMatchObject({ code: 'TableInUse' });
  });

  it('fails by name, and leaves no table, if the stream was replaced since', async () => {
    const table = await newTable(database, 2);
    const { earliest = 0 } = await enable(table);
    await harness.executions.idle();
    for (const StreamEnabled of [false, true]) {
      const StreamSpecification = StreamEnabled
        ? { StreamEnabled, StreamViewType: 'NEW_AND_OLD_IMAGES' as const }
        : { StreamEnabled };
      await database.dynamodb.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
    }
    const { target } = await begun(table, earliest);
    await harness.executions.idle();
    const record = await harness.services.catalog.restores.get(target);
    expect(record?.status).toBe('FAILED');
    expect(record?.reason).toContain('CutUnreachable');
    expect(await tableExists(database, target)).toBe(false);
    await expectNothingHeld(harness, table);
  });

  it('is brought to its end after a crash at any step', async () => {
    const table = await newTable(database, 5);
    await enable(table);
    await harness.executions.idle();
    await putItems(database, table, 0, 2);
    const expected = await contentOf(database.dynamodb, table);
    const written = Date.now();
    await vi.waitFor(async () => {
      expect((await harness.continuous.describe(table)).latest).toBeGreaterThanOrEqual(written);
    }, 5000);
    const before = harness;
    for (let survived = 0, ended = false; !ended; survived++) {
      let steps = 0;
      harness = before.restarted({
        around: async (_handler, _input, run) => {
          const output = await run();
          if (steps++ === survived) harness.executions.stop();
          return output;
        },
      });
      const { target } = await begun(table);
      await harness.executions.idle();
      ended = steps <= survived;
      harness = before.restarted();
      for (let i = 0; i < 3; i++) {
        await reconcile(harness.services);
        await harness.executions.idle();
      }
      const record = await harness.services.catalog.restores.get(target);
      expect([record?.status, record?.reason]).toEqual(['RESTORED', undefined]);
      expect(await contentOf(database.dynamodb, target)).toEqual(expected);
    }
    await expectNothingHeld(harness, table);
  });
});

const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
