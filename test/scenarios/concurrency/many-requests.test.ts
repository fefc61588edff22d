import { describe, expect, it } from 'vitest';
import { useTidemark } from '../../support/use-tidemark.ts';
import { expectNothingHeld, createFilledTable, putItems, restore } from '../../support/fixture.ts';
import { readTableContent } from '../../support/tables.ts';

const world = useTidemark();

describe('concurrent requests for backups', () => {
  it('all become AVAILABLE for one table, one after another, with growing markers', async () => {
    const { harness, table } = world;
    const backups = await Promise.all(
      Array.from({ length: 24 }, (_, i) => harness.operations.createBackup({ table, name: `rapid-${i}` })),
    );
    expect(new Set(backups.map((backup) => backup.marker)).size).toBe(24);
    await harness.executions.idle();
    const { backups: listed } = await harness.operations.listBackups({ table, limit: 100 });
    expect(listed.map((backup) => backup.status)).toEqual(Array.from({ length: 24 }, () => 'AVAILABLE'));
    // Each backup has the previous one as parent, so no two changed the head at the same time.
    expect(listed.map((backup) => backup.parent)).toEqual([
      undefined,
      ...listed.slice(0, -1).map(({ id }) => id),
    ]);
    await expectNothingHeld(harness, table);
  });

  it('succeed even if one of them fails', async () => {
    const { database, harness, table } = world;
    const breaking = harness.restart({
      around: async (handler, input, run) => {
        const { job } = input as { job: { id: string } };
        if (handler === 'apply' && job.id === second.id) throw new Error('this step fails');
        return run();
      },
    });
    const first = await breaking.operations.createBackup({ table, name: 'first' });
    const second = await breaking.operations.createBackup({ table, name: 'second' });
    await putItems(database, table, 30, 35);
    const third = await breaking.operations.createBackup({ table, name: 'third' });
    await breaking.executions.idle();
    const content = await readTableContent(database.dynamodb, table);
    const statuses = (
      await breaking.operations.listBackups({ table, limit: 9, includeFailed: true })
    ).backups.map(({ status }) => status);
    // The second may succeed if it has no changes to apply, but it must not stay CREATING.
    expect(statuses).toEqual(['AVAILABLE', expect.stringMatching(/AVAILABLE|FAILED/), 'AVAILABLE']);
    expect(first.marker).toBeLessThan(third.marker);
    expect(await restore(database, breaking, third)).toEqual(content);
    await expectNothingHeld(breaking, table);
  });

  it('are limited to 50 per second over all tables', async () => {
    const { database, harness } = world;
    const now = harness.services.clock.now();
    const frozen = harness.restart({ clock: { now: () => now, sleep: harness.services.clock.sleep } });
    frozen.executions.stop();
    const tables = await Promise.all(Array.from({ length: 6 }, () => createFilledTable(database, 1)));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 60 }, (_, i) =>
        frozen.operations.createBackup({ table: String(tables[i % 6]), name: `many-${i}` }),
      ),
    );
    const rejected = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(rejected).toHaveLength(10);
    expect(rejected.map((outcome) => outcome.reason)).toEqual(
      Array.from({ length: 10 }, () => expect.objectContaining({ code: 'LimitExceeded' })),
    );
  });

  it('make one backup if they have the same key', async () => {
    const { harness, table } = world;
    const [one, two] = await Promise.all([
      harness.operations.createBackup({ table, name: 'same', requestKey: 'invocation-1' }),
      harness.operations.createBackup({ table, name: 'same', requestKey: 'invocation-1' }),
    ]);
    expect(two.id).toBe(one.id);
    await harness.executions.idle();
    expect((await harness.operations.listBackups({ table, limit: 9 })).backups).toHaveLength(1);
  });

  it('make different backups if they have the same key but different tables', async () => {
    const { database, harness, table } = world;
    const other = await createFilledTable(database);
    const key = { name: 'same', requestKey: 'invocation-1' };
    const one = await harness.operations.createBackup({ table, ...key });
    const two = await harness.operations.createBackup({ table: other, ...key });
    expect([one.table.name, two.table.name]).toEqual([table, other]);
    await harness.executions.idle();
  });
});
