import { join } from 'node:path';
import { DeleteTableCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RestoreRecord } from '../../../../lambda/model/records.ts';
import type { Clock } from '../../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../../lambda/runtime/ids.ts';
import { type Log, silentLog } from '../../../../lambda/runtime/logger.ts';
import type { Executions } from '../../../../lambda/jobs/job.ts';
import { reconcile } from '../../../../lambda/reconcile/reconcile.ts';
import { EmbeddedRecovery } from '../../../../local/dynamodb/recovery/embedded-recovery.ts';
import { RecoverySettings } from '../../../../local/dynamodb/recovery/recovery-settings.ts';
import { useDatabase } from '../../../support/database.ts';
import {
  expectNothingHeld,
  createFilledTable,
  putItems,
  shape,
  tableExists,
} from '../../../support/fixture.ts';
import { type Harness, startHarness } from '../../../support/harness.ts';
import { readTableContent, createTable, nthKey } from '../../../support/tables.ts';
import { Writer } from '../../../support/writer.ts';
import { shiftClock } from '../../../support/simulated-clock.ts';

const database = useDatabase();

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

async function beginRestore(table: string, time?: number): Promise<RestoreRecord> {
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
  const { target } = await beginRestore(table, time);
  await harness.executions.idle();
  const record = await harness.services.catalog.restores.get(target);
  expect([record?.status, record?.reason, record?.targetFate]).toEqual([
    'RESTORED',
    undefined,
    { kind: 'complete' },
  ]);
  return readTableContent(database.dynamodb, target);
}

/** Disables the table's stream, and enables another one unless `another` is false. */
async function replaceStream(table: string, another = true): Promise<void> {
  const none = { StreamEnabled: false };
  const next = { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } as const;
  for (const StreamSpecification of another ? [none, next] : [none]) {
    await database.dynamodb.send(new UpdateTableCommand({ TableName: table, StreamSpecification }));
  }
}

/** Counts the table's backups, including Tidemark's own. */
async function backupsOf(table: string): Promise<number> {
  const { backups } = await harness.services.catalog.snapshots.takeCensus(table);
  return backups.size;
}

const hourMs = 60 * 60 * 1000;

const hoursLater = (hours: number): Clock => shiftClock(database.clock, hours * hourMs);

/** Opens recovery over its own settings; runs `meanwhile` while a snapshot is requested. */
async function openInterrupted(
  meanwhile: (recovery: EmbeddedRecovery) => Promise<unknown>,
): Promise<EmbeddedRecovery> {
  const { services, folder } = harness;
  const settings = await RecoverySettings.open(join(folder, 'interrupted.json'));
  const undisturbed = new EmbeddedRecovery(services, settings);
  const executions: Executions = {
    ...services.executions,
    start: async () => {
      await meanwhile(undisturbed);
    },
  };
  return new EmbeddedRecovery({ ...services, executions, clock: hoursLater(9) }, settings);
}

describe('point-in-time recovery', () => {
  it('is disabled until a table enables it, and is disabled again for a new table with the same name', async () => {
    const table = await createFilledTable(database, 1);
    expect(await harness.continuous.describe(table)).toEqual({ enabled: false });
    const before = database.clock.now();
    const enabled = await enable(table);
    expect(enabled).toMatchObject({ enabled: true, recoveryPeriodInDays: 35 });
    expect(enabled.earliest).toBeGreaterThanOrEqual(before);
    expect(enabled.latest).toBeGreaterThanOrEqual(Number(enabled.earliest));
    expect(await harness.continuous.update(table, { enabled: false })).toEqual({ enabled: false });
    expect(await harness.continuous.describe(table)).toEqual({ enabled: false });
  });

  it('keeps its earliest time when it is enabled again, and changes the period', async () => {
    const table = await createFilledTable(database, 1);
    const { earliest } = await enable(table, 7);
    expect(await enable(table)).toMatchObject({ earliest, recoveryPeriodInDays: 7 });
    expect(await enable(table, 1)).toMatchObject({ earliest, recoveryPeriodInDays: 1 });
  });

  it('leaves its own backups out of lists, and stays enabled after a restart', async () => {
    const table = await createFilledTable(database, 3);
    await enable(table);
    await contentAt(table);
    const page = await harness.operations.listBackups({ table, limit: 10 });
    expect(page.backups).toEqual([]);
    expect(await harness.restart().continuous.describe(table)).toMatchObject({ enabled: true });
  });

  it('throws TableNotFound for a table that does not exist', async () => {
    await expect(harness.continuous.describe('no-such-table')).rejects.toMatchObject({
      code: 'TableNotFound',
    });
    await expect(enable('no-such-table')).rejects.toMatchObject({ code: 'TableNotFound' });
    await expect(beginRestore('no-such-table')).rejects.toMatchObject({ code: 'TableNotFound' });
  });
});

describe('the scheduled work of point-in-time recovery', () => {
  it('takes a snapshot every 8 hours', async () => {
    const table = await createFilledTable(database, 1);
    await enable(table);
    await harness.executions.idle();
    for (const [hours, backups] of [
      [7, 1],
      [9, 2],
      [10, 2],
      [18, 3],
    ] as const) {
      await harness.restart({ clock: hoursLater(hours) }).continuous.keep();
      expect([hours, await backupsOf(table)]).toEqual([hours, backups]);
    }
  });

  it('logs an error of one table and continues with the next', async () => {
    const [troubled, sound] = [await createFilledTable(database, 1), await createFilledTable(database, 1)];
    for (const table of [troubled, sound]) await enable(table);
    await harness.executions.idle();
    await replaceStream(troubled, false);
    const error = vi.fn<Log['error']>();
    const later = harness.restart({ clock: hoursLater(9), log: { ...silentLog, error } });
    await later.continuous.keep();
    expect([await backupsOf(troubled), await backupsOf(sound)]).toEqual([1, 2]);
    expect(error.mock.calls).toEqual([
      [
        'no snapshot for point-in-time recovery',
        { table: troubled, reason: expect.stringContaining('ContinuousBackupsUnavailable') },
      ],
    ]);
  });

  it('takes no more snapshots of a deleted table', async () => {
    const table = await createFilledTable(database, 1);
    await enable(table);
    await harness.executions.idle();
    await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    const error = vi.fn<Log['error']>();
    const later = harness.restart({ clock: hoursLater(9), log: { ...silentLog, error } });
    await later.continuous.keep();
    expect(error).not.toHaveBeenCalled();
    await createTable(database.dynamodb, table, shape);
    expect(await later.continuous.describe(table)).toEqual({ enabled: false });
  });

  it('leaves recovery disabled if it is disabled while a snapshot is requested', async () => {
    const table = await createFilledTable(database, 1);
    const recovery = await openInterrupted((other) => other.update(table, { enabled: false }));
    await recovery.update(table, { enabled: true });
    expect(await recovery.describe(table)).toMatchObject({ enabled: true });
    await recovery.keep();
    expect(await recovery.describe(table)).toEqual({ enabled: false });
  });

  it('keeps a period that is set while a snapshot is requested', async () => {
    const table = await createFilledTable(database, 1);
    let period = 7;
    const recovery = await openInterrupted((other) =>
      other.update(table, { enabled: true, recoveryPeriodInDays: period }),
    );
    // Both calls request the first snapshot, and neither undoes the other.
    expect(await recovery.update(table, { enabled: true })).toMatchObject({ recoveryPeriodInDays: 7 });
    period = 3;
    await recovery.keep();
    expect(await recovery.describe(table)).toMatchObject({ recoveryPeriodInDays: 3 });
  });

  it('takes a snapshot immediately if the first one failed; before that no time can be restored', async () => {
    const table = await createFilledTable(database, 2);
    const failing = harness.restart({
      around: async (handler, _input, run) => {
        if (handler === 'scan') throw new Error('broken');
        return run();
      },
    });
    await failing.continuous.update(table, { enabled: true });
    await failing.executions.idle();
    await expectMended(table);
  });

  it('takes a snapshot immediately if the stream was replaced; before that no time can be restored', async () => {
    const table = await createFilledTable(database, 2);
    await enable(table);
    await harness.executions.idle();
    await replaceStream(table);
    await expectMended(table);
  });
});

/** Expects that nothing can be restored and that the answer says so, and that the scheduled work makes the present content restorable. */
async function expectMended(table: string): Promise<void> {
  expect(await harness.continuous.describe(table)).toEqual({ enabled: true, recoveryPeriodInDays: 35 });
  await expect(beginRestore(table)).rejects.toMatchObject({
    code: 'InvalidRestoreTime',
    message: expect.stringContaining('there is no snapshot'),
  });
  const before = await backupsOf(table);
  // The second call takes no snapshot, because the first call's is still being made.
  for (let i = 0; i < 3; i++) await harness.continuous.keep();
  expect(await backupsOf(table)).toBe(before + 1);
  await harness.executions.idle();
  expect(await contentAt(table)).toEqual(await readTableContent(database.dynamodb, table));
}

describe('a restore to a point in time', () => {
  it('restores the content of that second while writers write, and while backups are created and deleted', async () => {
    const table = `table-${randomIds.hex(12)}`;
    await createTable(database.dynamodb, table, shape);
    const writers = [new Writer(database, table), new Writer(database, table)] as const;
    const { earliest = 0 } = await enable(table);
    const times = [earliest];
    // Some of these times are in the same second: the stream's times are no finer.
    for (let n = 0; times.length < 10; n++) {
      for (const [i, writer] of writers.entries()) {
        const value = { value: { S: `${n}` } };
        await writer.write({ key: nthKey(shape, 2 * (n % 12) + i), item: n % 5 === 4 ? undefined : value });
      }
      database.clock.advance(100);
      if (n % 4 !== 3) continue;
      times.push(database.clock.now());
      if (times.length % 3 === 0) {
        const { id } = await harness.operations.createBackup({ table, name: 'between' });
        await harness.executions.idle();
        if (times.length % 2 === 0) await harness.operations.deleteBackup({ table, id });
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

  it('does not move the head, so later backups continue from it', async () => {
    const table = await createFilledTable(database, 10);
    await enable(table);
    await harness.executions.idle();
    const head = (await harness.services.catalog.turns.getTable(table))?.head;
    await putItems(database, table, 0, 3);
    await contentAt(table);
    expect((await harness.services.catalog.turns.getTable(table))?.head).toEqual(head);
    const { id } = await harness.operations.createBackup({ table, name: 'after' });
    await harness.executions.idle();
    const backup = await harness.operations.describeBackup({ table, id });
    expect(backup).toMatchObject({ status: 'AVAILABLE', parent: head?.snapshot, source: 'stream' });
  });

  it('creates the table with the source’s present settings and with the overrides', async () => {
    const table = await createFilledTable(database, 2);
    await enable(table);
    const target = `restored-${randomIds.hex(12)}`;
    const overrides = { billingMode: 'PROVISIONED', provisionedThroughput: throughput } as const;
    const started = await harness.continuous.restore({ table, target, overrides });
    expect(started).toMatchObject({
      restore: { description: { billingMode: 'PROVISIONED' }, pointInTime: true },
    });
    await harness.executions.idle();
    const { table: made } = await harness.operations.describeTable({ table: target });
    expect(made?.ProvisionedThroughput).toMatchObject(throughput);
  });

  it('is rejected if recovery is disabled, does not reach the time, or if the target exists', async () => {
    const table = await createFilledTable(database, 1);
    await expect(beginRestore(table)).rejects.toMatchObject({ code: 'PointInTimeRecoveryUnavailable' });
    const { earliest = 0, latest = 0 } = await enable(table);
    for (const time of [earliest - 1000, latest + 3_600_000, -1, 1e300]) {
      await expect(beginRestore(table, time)).rejects.toMatchObject({ code: 'InvalidRestoreTime' });
    }
    const taken = harness.continuous.restore({ table, target: table, overrides: {} });
    await expect(taken).rejects.toMatchObject({ code: 'TableAlreadyExists' });
    const { target } = await beginRestore(table);
    const again = harness.continuous.restore({ table, target, overrides: {} });
    await expect(again).rejects.toMatchObject({ code: 'TableInUse' });
  });

  it('fails with a specific error, and leaves no table, if the stream is replaced after it started', async () => {
    const table = await createFilledTable(database, 2);
    const { earliest = 0 } = await enable(table);
    await harness.executions.idle();
    let replaced: Promise<void> | undefined;
    harness = harness.restart({
      around: async (_handler, _input, run) => {
        await (replaced ??= replaceStream(table));
        return run();
      },
    });
    const { target } = await beginRestore(table, earliest);
    await harness.executions.idle();
    const record = await harness.services.catalog.restores.get(target);
    expect(record?.status).toBe('FAILED');
    expect(record?.reason).toContain('CutUnreachable');
    expect(await tableExists(database, target)).toBe(false);
    await expectNothingHeld(harness, table);
  });

  it('completes after a crash at any kind of step', async () => {
    const table = await createFilledTable(database, 5);
    await enable(table);
    await harness.executions.idle();
    await putItems(database, table, 0, 2);
    const expected = await readTableContent(database.dynamodb, table);
    const written = database.clock.now();
    database.clock.advance(2000);
    expect((await harness.continuous.describe(table)).latest).toBeGreaterThanOrEqual(written);
    const before = harness;
    // A kind is a step with its answer, because the rest of the execution depends only on these.
    const survived = new Set<string>();
    for (let killed = true; killed;) {
      killed = false;
      harness = before.restart({
        around: async (handler, _input, run) => {
          const output = await run();
          const kind = `${handler} ${'status' in output ? String(output.status) : ''}`;
          if (!killed && !survived.has(kind)) {
            killed = true;
            survived.add(kind);
            harness.executions.stop();
          }
          return output;
        },
      });
      const { target } = await beginRestore(table);
      await harness.executions.idle();
      harness = before.restart();
      for (let i = 0; i < 3; i++) {
        await reconcile(harness.services);
        await harness.executions.idle();
      }
      const record = await harness.services.catalog.restores.get(target);
      expect([record?.status, record?.reason, record?.targetFate]).toEqual([
        'RESTORED',
        undefined,
        { kind: 'complete' },
      ]);
      expect(await readTableContent(database.dynamodb, target)).toEqual(expected);
    }
    expect(survived.size).toBeGreaterThan(8);
    await expectNothingHeld(harness, table);
  });
});

const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
