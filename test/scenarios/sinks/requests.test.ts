import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BackupSet, SetRequest } from '../../../lambda/model/sets.ts';
import { createFilledTable, putItems } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { readEverything } from '../../support/read-everything.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const archive = { name: 'archive', bucket: 'cold' };
const world = useTidemark({ config: { sinks: [archive] } });

const code = (expected: string) => expect.objectContaining({ code: expected });

/** Makes the data sink unreachable, as if its disk were not there. */
const removeDisk = (): Promise<void> =>
  rename(join(world.harness.folder, 'sinks', 'cold'), join(world.harness.folder, 'away'));

/** A Tidemark whose configuration has no data sink any longer. */
const withoutSinks = (): Harness => world.harness.restart({ config: { sinks: [] } });

async function createSet(wanted: Partial<SetRequest> = {}): Promise<BackupSet> {
  const { operations, executions } = world.harness;
  await putItems(world.database, world.table, 0, 1);
  const { set } = await operations.createBackupSet({ name: 'nightly', tables: [world.table], ...wanted });
  await executions.idle();
  const ended = await operations.advanceBackupSet(set);
  if (ended?.status !== 'AVAILABLE') throw new Error(`the set is ${ended?.status}`);
  return ended;
}

async function listIds(): Promise<number[]> {
  const { sets } = await world.harness.operations.listBackupSets({ name: 'nightly', limit: 100 });
  return sets.map(({ id }) => id);
}

describe('a set that replaces older ones', () => {
  it('deletes none of its name in another data sink, and counts none', async () => {
    const own = [await createSet({ kind: 'full' }), await createSet({ kind: 'incremental' })];
    const archived = [
      await createSet({ sink: 'archive', kind: 'full' }),
      await createSet({ sink: 'archive', kind: 'incremental' }),
    ];
    const differential = await createSet({ kind: 'differential', replaces: { sinceFull: true } });
    // Its last full set is the first one, although one in the other sink is newer.
    expect(await listIds()).toEqual([own[0], ...archived, differential].map((set) => set?.id));
    const counted = await createSet({ kind: 'incremental', replaces: { keepIncrementals: 1 } });
    expect(await listIds()).toEqual([own[0], ...archived, differential, counted].map((set) => set?.id));
    const last = await createSet({ sink: 'archive', kind: 'full', replaces: { all: true } });
    expect(await listIds()).toEqual([own[0], differential, counted, last].map((set) => set?.id));
  });
});

describe('a repeat of an accepted request', () => {
  const gone: Record<string, () => Promise<Harness>> = {
    'cannot be reached': async () => {
      await removeDisk();
      return world.harness;
    },
    'is no longer configured': async () => withoutSinks(),
  };

  it.each(Object.entries(gone))('gets its backup although the data sink %s', async (_, lose) => {
    const request = { table: world.table, name: 'b', sink: 'archive', requestKey: 'key' };
    const first = await world.harness.operations.createBackup(request);
    await world.harness.executions.idle();
    const { operations } = await lose();
    expect(await operations.createBackup(request)).toMatchObject({ id: first.id, status: 'AVAILABLE' });
    const other = operations.createBackup({ ...request, requestKey: 'other' });
    await expect(other).rejects.toMatchObject({ code: expect.stringMatching(/^Sink/) as string });
  });

  it.each(Object.entries(gone))('gets its set although the data sink %s', async (_, lose) => {
    const request = { name: 'nightly', tables: [world.table], sink: 'archive', requestKey: 'key' };
    const first = await world.harness.operations.createBackupSet(request);
    await world.harness.executions.idle();
    const { operations } = await lose();
    expect(await operations.createBackupSet(request)).toMatchObject({
      set: { id: first.set.id },
      isNew: false,
    });
    const other = operations.createBackupSet({ ...request, requestKey: 'other' });
    await expect(other).rejects.toMatchObject({ code: expect.stringMatching(/^Sink/) as string });
  });

  it('without a key joins its running set although the data sink cannot be reached', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const request = { name: 'nightly', tables: [world.table], sink: 'archive', joinRunning: true };
    const { set } = await stopped.operations.createBackupSet(request);
    await removeDisk();
    const { operations } = world.harness;
    expect(await operations.createBackupSet(request)).toMatchObject({
      set: { id: set.id },
      isNew: false,
    });
    const other = operations.createBackupSet({ ...request, comment: 'another one' });
    await expect(other).rejects.toEqual(code('SinkUnreachable'));
  });

  it('is recognized as a repeat if it names the default data sink and the first request named none', async () => {
    const { operations } = world.harness;
    const backup = { table: world.table, name: 'b', requestKey: 'key' };
    const { id } = await operations.createBackup(backup);
    expect((await operations.createBackup({ ...backup, sink: 'default' })).id).toBe(id);
    const request = { name: 'nightly', tables: [world.table], requestKey: 'key' };
    const { set } = await operations.createBackupSet({ ...request, sink: 'default' });
    expect(set).not.toHaveProperty('sink');
    expect(await operations.createBackupSet(request)).toMatchObject({ set: { id: set.id }, isNew: false });
  });
});

describe('a restore from a data sink that cannot be read', () => {
  it('is refused before anything is written', async () => {
    const { database, harness, table } = world;
    const set = await createSet({ sink: 'archive', tables: [table, await createFilledTable(database, 3)] });
    const { id } = await harness.operations.createBackup({ table, name: 'b', sink: 'archive' });
    await harness.executions.idle();
    const targets = set.tables.map((each) => ({ table: each, target: `${each}-copy` }));
    const requests = [
      (at: Harness) => at.operations.restoreTable({ backup: { table, id }, target: `${table}-copy` }),
      (at: Harness) => at.operations.restoreBackupSet({ name: set.name, id: set.id, targets }),
    ];
    await removeDisk();
    const before = await readEverything(database, harness);
    for (const request of requests) {
      await expect(request(withoutSinks())).rejects.toEqual(code('SinkNotFound'));
      await expect(request(harness)).rejects.toEqual(code('SinkUnreachable'));
    }
    expect(await readEverything(database, harness)).toEqual(before);
  });
});
