import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { restore } from '../../support/fixture.ts';
import { readEverything } from '../../support/read-everything.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { readTableContent } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const hour = 60 * 60 * 1000;

const world = useTidemark({
  config: {
    sinks: [
      { name: 'archive', bucket: 'cold', prefix: 'eu', allowsNewSinks: true },
      { name: 'closed', bucket: 'closed' },
    ],
  },
});

const create = (name: string, destination: string, more = {}) =>
  world.harness.operations.createDataSink({ name, destination, ...more });

async function backup(sink: string): Promise<BackupRecord> {
  const { operations, executions } = world.harness;
  const { id } = await operations.createBackup({ table: world.table, name: 'b', sink });
  await executions.idle();
  const made = await operations.describeBackup({ table: world.table, id });
  expect([made.status, made.reason]).toEqual(['AVAILABLE', undefined]);
  return made;
}

const code = (expected: string) => expect.objectContaining({ code: expected });

describe('a data sink that a request makes', () => {
  it('is listed, takes backups, and is dropped once they are deleted', async () => {
    const { operations } = world.harness;
    await create('team', 's3://cold/eu/team', { requestedBy: 'ada' });
    expect((await operations.listDataSinks()).map(({ name }) => name)).toEqual([
      'default',
      'archive',
      'closed',
      'team',
    ]);
    const made = await backup('team');
    const content = await readTableContent(world.database.dynamodb, world.table);
    expect(await restore(world.database, world.harness, made)).toEqual(content);
    await expect(operations.dropDataSink({ name: 'team' })).rejects.toMatchObject({
      code: 'SinkInUse',
      message: `The data sink team has backups of table ${world.table}: delete them first`,
    });
    await operations.deleteBackup({ table: world.table, id: made.id });
    await operations.dropDataSink({ name: 'team' });
    expect((await operations.listDataSinks()).map(({ name }) => name)).not.toContain('team');
    await expect(backup('team')).rejects.toEqual(code('SinkNotFound'));
    await expect(operations.dropDataSink({ name: 'team' })).rejects.toEqual(code('SinkNotFound'));
  });

  it('is swept after it was dropped, and has the same place when it is made again', async () => {
    const { operations } = world.harness;
    await create('team', 's3://cold/eu/team');
    const [first, second] = [await backup('team'), await backup('team')];
    for (const { id } of [first, second]) await operations.deleteBackup({ table: world.table, id });
    await operations.dropDataSink({ name: 'team' });
    const later = world.harness.restart({ clock: shiftClock(world.database.clock, 3 * hour) });
    const { troubles, deleted } = await sweep(later.services);
    expect([troubles, deleted.objects > 0]).toEqual([0, true]);
    await expect(create('team', 's3://cold/eu/elsewhere')).rejects.toEqual(code('Validation'));
    await create('team', 's3://cold/eu/team/');
    await backup('team');
  });

  it('is made once, however many requests ask for it at once', async () => {
    const repeats = Array.from({ length: 5 }, () => create('team', 's3://cold/eu/team'));
    const outcomes = await Promise.allSettled(repeats);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await create('team', 's3://cold/eu/team')).toMatchObject({ name: 'team' });
    expect((await world.harness.services.catalog.sinks.list()).map(({ name }) => name)).toEqual(['team']);
  });

  it.each([
    ['of a configured name', 'archive', 's3://cold/eu/team'],
    ['of the name of the own bucket', 'default', 's3://cold/eu/team'],
    ['of a name with other characters', 'team#1', 's3://cold/eu/team'],
    ['at the place of its parent', 'team', 's3://cold/eu'],
    ['among the runs of its parent', 'team', 's3://cold/eu/tables/x'],
    ['in a folder whose name only begins with its prefix', 'team', 's3://cold/europe/team'],
    ['with dots in its prefix', 'team', 's3://cold/eu/../us'],
    ['in a bucket of which the configuration allows none', 'team', 's3://closed/team'],
    ['in an unknown bucket', 'team', 's3://other/eu/team'],
    ['in another store', 'team', 'azure://cold/eu/team'],
    ['with a long destination', 'team', `s3://cold/eu/${'x'.repeat(100_000)}`],
  ])('is refused %s, and nothing is written', async (_, name, destination) => {
    const before = await readEverything(world.database, world.harness);
    await expect(create(name, destination)).rejects.toEqual(code('Validation'));
    await expect(create(name, destination)).rejects.toThrow(/^.{1,300}$/);
    expect(await readEverything(world.database, world.harness)).toEqual(before);
  });

  it('is refused within another one, and next to it accepted', async () => {
    await create('team', 's3://cold/eu/team');
    await expect(create('inner', 's3://cold/eu/team/inner')).rejects.toEqual(code('Validation'));
    expect(await create('other', 's3://cold/eu/team-2')).toMatchObject({ name: 'other' });
  });

  it('is refused before anything is recorded if it cannot be written and read, unless the request skips that', async () => {
    const { folder } = world.harness;
    await rename(join(folder, 'sinks', 'cold'), join(folder, 'away'));
    const before = await readEverything(world.database, world.harness);
    await expect(create('team', 's3://cold/eu/team')).rejects.toEqual(code('SinkUnreachable'));
    expect(await readEverything(world.database, world.harness)).toEqual(before);
    expect(await create('team', 's3://cold/eu/team', { skipsCheck: true })).toMatchObject({ name: 'team' });
  });

  it('is named, with its parent, by what reads it after its parent was removed', async () => {
    await create('team', 's3://cold/eu/team');
    const { id } = await backup('team');
    const without = world.harness.restart({ config: { sinks: [] } });
    await expect(
      without.operations.verifyBackup({ backup: { table: world.table, id } }),
    ).rejects.toMatchObject({
      code: 'SinkNotFound',
      message:
        'The configuration has no data sink archive any longer: add it again to use the backups in team',
    });
  });
});

it('a configured data sink cannot be dropped by a request', async () => {
  for (const name of ['default', 'archive']) {
    await expect(world.harness.operations.dropDataSink({ name })).rejects.toEqual(code('Validation'));
  }
});
