import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { type Delivery, runSchedule } from '../../../lambda/operations/run-schedule.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import type { Harness } from '../../support/harness.ts';
import { createTable } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const world = useTidemark({ items: 1 });

const scheduledTime = '2026-11-21T03:00:00Z';

/** Creates tables whose names share a prefix, and returns a delivery for all of them. */
async function createFleet(count: number): Promise<{ names: string[]; delivery: Delivery }> {
  const prefix = `fleet-${randomIds.hex(6)}`;
  const names = Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, '0')}`);
  for (const name of names) {
    await createTable(world.database.dynamodb, name, { hash: 'S', range: undefined });
  }
  return { names, delivery: { schedule: 'nightly', tables: [`${prefix}-*`], keepDays: 1, scheduledTime } };
}

/** Creates a Tidemark that records requests but makes no backups. */
function recordOnly(): Harness {
  const quiet = world.harness.restart();
  quiet.executions.stop();
  return quiet;
}

/** Counts the backups of each of the tables that has any. */
async function countBackups(
  { operations }: Harness,
  tables: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const { backups } = await operations.listBackups({ table, limit: 100 });
    if (backups.length > 0) counts.set(table, backups.length);
  }
  return counts;
}

const onceEach = (tables: readonly string[]) => new Map(tables.map((table) => [table, 1]));

/** Makes DescribeTable of a table fail with an error, this many times. */
function refuse({ services }: Harness, table: string, name: string, times = Infinity): void {
  let calls = 0;
  services.dynamodb.middlewareStack.add(
    (next, { commandName }) =>
      async (call) => {
        const isMeant = 'TableName' in call.input && call.input.TableName === table;
        if (commandName === 'DescribeTableCommand' && isMeant && calls++ < times) {
          throw new DynamoDBServiceException({ name, message: 'refused', $fault: 'client', $metadata: {} });
        }
        return next(call);
      },
    { step: 'initialize' },
  );
}

describe('runSchedule', () => {
  it('requests backups of all tables of a pattern at once, although callers have used up the second’s limit', async () => {
    const { names, delivery } = await createFleet(60);
    const harness = recordOnly();
    const { catalog, clock } = harness.services;
    const sleep = vi.spyOn(clock, 'sleep');
    while (await catalog.counters.admit('CreateBackup', 50));
    expect(await runSchedule(harness.services, delivery)).toEqual({ tables: 60 });
    expect(sleep).not.toHaveBeenCalled();
    expect(await countBackups(harness, names)).toEqual(onceEach(names));
  });

  it('stores the backups in the data sink of the schedule', async () => {
    const { names, delivery } = await createFleet(2);
    const harness = world.harness.restart({
      config: { sinks: [{ name: 'archive', bucket: 'cold', folder: world.harness.folder }] },
    });
    harness.executions.stop();
    await runSchedule(harness.services, { ...delivery, sink: 'archive' });
    for (const table of names) {
      const { backups } = await harness.operations.listBackups({ table, limit: 10 });
      expect(backups).toMatchObject([{ sink: 'archive', name: 'nightly' }]);
    }
    await expect(runSchedule(harness.services, { ...delivery, sink: 'gone' })).rejects.toMatchObject({
      code: 'ScheduleIncomplete',
      message: expect.stringContaining('There is no data sink "gone"'),
    });
  });

  it('requests nothing twice for a repeated delivery, and each table again for the next time', async () => {
    const { names, delivery } = await createFleet(3);
    const harness = recordOnly();
    await runSchedule(harness.services, delivery);
    await runSchedule(harness.services, delivery);
    expect(await countBackups(harness, names)).toEqual(onceEach(names));
    await runSchedule(harness.services, { ...delivery, scheduledTime: '2026-11-22T03:00:00Z' });
    expect(await countBackups(harness, names)).toEqual(new Map(names.map((name) => [name, 2])));
  });

  it('requests the other backups if one cannot be requested, then throws and says how many', async () => {
    const { names, delivery } = await createFleet(3);
    const harness = recordOnly();
    const missing = { ...delivery, tables: ['no-such-table', ...delivery.tables] };
    await expect(runSchedule(harness.services, missing)).rejects.toMatchObject({
      code: 'ScheduleIncomplete',
      message: expect.stringMatching(/^1 of 4 backups of the schedule nightly .* TableNotFound/),
    });
    expect(await countBackups(harness, names)).toEqual(onceEach(names));
  });

  it('skips a table that matches a pattern and is deleted before its backup is requested', async () => {
    const { names, delivery } = await createFleet(2);
    const harness = recordOnly();
    refuse(harness, String(names[0]), 'ResourceNotFoundException');
    await runSchedule(harness.services, delivery);
    expect(await countBackups(harness, names)).toEqual(onceEach(names.slice(1)));
  });

  it('requests a throttled backup again', async () => {
    const { names, delivery } = await createFleet(2);
    const harness = recordOnly();
    refuse(harness, String(names[1]), 'ThrottlingException', 3);
    await runSchedule(harness.services, delivery);
    expect(await countBackups(harness, names)).toEqual(onceEach(names));
  });

  it('gives up when its time is used up, and throws the reason', async () => {
    const { names, delivery } = await createFleet(2);
    const harness = recordOnly();
    refuse(harness, String(names[1]), 'ThrottlingException');
    const begun = harness.services.clock.now();
    await expect(runSchedule(harness.services, delivery)).rejects.toMatchObject({
      code: 'ScheduleIncomplete',
      message: expect.stringMatching(/^1 of 2 .* ThrottlingException/),
    });
    const { timeBudgetMs } = harness.services.config;
    expect(harness.services.clock.now() - begun).toBeLessThan(timeBudgetMs + 60_000);
    expect(await countBackups(harness, names)).toEqual(onceEach(names.slice(0, 1)));
  });

  it('uses the minute of the delivery if the scheduler has not filled in the time', async () => {
    const { names, delivery } = await createFleet(1);
    const harness = recordOnly();
    const unfilled = { ...delivery, scheduledTime: '<aws.scheduler.scheduled-time>' };
    const { clock } = world.database;
    clock.advanceTo(Math.ceil(clock.now() / 60_000) * 60_000);
    await runSchedule(harness.services, unfilled);
    await runSchedule(harness.services, unfilled);
    expect(await countBackups(harness, names)).toEqual(onceEach(names));
    clock.advance(60_000);
    await runSchedule(harness.services, unfilled);
    expect(await countBackups(harness, names)).toEqual(new Map([[String(names[0]), 2]]));
  });
});
