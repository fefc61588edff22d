import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { createDirectoryStore } from '../../../lambda/storage/directory-store.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import { changeItems, expectNothingHeld, putItems, restore, shape } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { readEverything } from '../../support/read-everything.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { nthKey, readTableContent } from '../../support/tables.ts';
import { useTidemark } from '../../support/use-tidemark.ts';

const hour = 60 * 60 * 1000;
const archive = { name: 'archive', bucket: 'cold', prefix: 'eu' };

const world = useTidemark({ config: { sinks: [archive] } });

const code = (expected: string) => expect.objectContaining({ code: expected });

async function backup(sink?: string): Promise<BackupRecord> {
  const { operations, executions } = world.harness;
  const { id } = await operations.createBackup({ table: world.table, name: 'b', ...(sink && { sink }) });
  await executions.idle();
  const made = await operations.describeBackup({ table: world.table, id });
  expect([made.status, made.reason]).toEqual(['AVAILABLE', undefined]);
  return made;
}

/** The store of the sink's own folder. */
const sinkStore = (): ObjectStore =>
  createDirectoryStore(join(world.harness.folder, 'sinks', archive.bucket, archive.prefix));

async function listKeys(store: ObjectStore, folder: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(folder))).map(({ key }) => key).toSorted();
}

const later = (config = {}): Harness =>
  world.harness.restart({ clock: shiftClock(world.database.clock, 3 * hour), config });

const key = ({ id }: BackupRecord) => ({ table: world.table, id });

describe('a backup in another data sink', () => {
  it('has a base of its own there, which only the backups in that sink continue', async () => {
    const own = await backup();
    const first = await backup('archive');
    await putItems(world.database, world.table, 0, 1);
    const second = await backup('archive');
    const last = await backup('default');
    expect([own, first, second, last].map(({ kind, parent, sink }) => [kind, parent, sink])).toEqual([
      ['full', undefined, undefined],
      ['full', undefined, 'archive'],
      ['incremental', first.id, 'archive'],
      ['incremental', own.id, undefined],
    ]);
    await expectNothingHeld(world.harness, world.table);
    expect(await world.harness.services.catalog.turns.getTable(world.table, 'archive')).toMatchObject({
      head: { snapshot: second.id },
      pending: [],
    });
  });

  it('has its runs and manifest in the sink, and its staging in the own store', async () => {
    const { id, table } = await backup('archive');
    const folder = `tables/${table.tableId}`;
    expect(await listKeys(world.harness.store, folder)).toEqual([]);
    expect(await listKeys(world.harness.store, `staging/${id}`)).not.toEqual([]);
    expect(await listKeys(sinkStore(), 'staging')).toEqual([]);
    expect(await listKeys(sinkStore(), folder)).toEqual([
      expect.stringMatching(`^${folder}/runs/${id}`),
      `${folder}/snapshots/${id}/manifest.json.zst`,
    ]);
  });

  it('is restored, verified, compared with one of another sink and searched for an item', async () => {
    const own = await backup();
    await changeItems(world.database, world.table);
    const archived = await backup('archive');
    const { operations } = world.harness;
    const content = await readTableContent(world.database.dynamodb, world.table);
    expect(await restore(world.database, world.harness, archived)).toEqual(content);
    expect(await operations.verifyBackup({ backup: key(archived) })).toMatchObject({
      problemCount: 0,
      items: content.size,
    });
    const wanted = { backup: key(archived), key: nthKey(shape, 4) as never };
    expect((await operations.getBackupItem(wanted)).item).toMatch(/^\{.*of 4/);
    const { counts } = await operations.compareBackups({ from: key(own), to: key(archived) });
    expect(counts).toEqual({ added: 3, changed: 3, removed: 1 });
    const back = await operations.compareBackups({ from: key(archived), to: key(own) });
    expect(back.counts).toEqual({ added: 1, changed: 3, removed: 3 });
  });

  it('is swept from there alone once it is deleted', async () => {
    const own = await backup();
    const [first, second] = [await backup('archive'), await backup('archive')];
    await world.harness.operations.deleteBackup(key(first));
    await world.harness.operations.deleteBackup(key(second));
    // The head of the sink stays alive as long as it is the head.
    const third = await backup('archive');
    const folder = `tables/${own.table.tableId}`;
    const before = await listKeys(world.harness.store, folder);
    expect(await sweep(later().services)).toMatchObject({ finished: true, troubles: 0 });
    expect(await listKeys(world.harness.store, folder)).toEqual(before);
    const kept = await listKeys(sinkStore(), folder);
    expect(kept).not.toContainEqual(expect.stringContaining(`snapshots/${first.id}/`));
    expect(kept).not.toContainEqual(expect.stringContaining(`snapshots/${second.id}/`));
    const content = await readTableContent(world.database.dynamodb, world.table);
    expect(await restore(world.database, world.harness, third)).toEqual(content);
  });

  it('is finished by the reconciler after a crash, in the default sink and in another one', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const [own, archived] = [
      await stopped.operations.createBackup({ table: world.table, name: 'own' }),
      await stopped.operations.createBackup({ table: world.table, name: 'archived', sink: 'archive' }),
    ];
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    for (const each of [own, archived]) {
      expect(await world.harness.operations.describeBackup(key(each))).toMatchObject({ status: 'AVAILABLE' });
    }
    expect(await listKeys(sinkStore(), `tables/${own.table.tableId}/snapshots/${archived.id}`)).toHaveLength(
      1,
    );
  });

  it('moves its head forward before the stream drops the next change, like the default sink', async () => {
    const archived = await backup('archive');
    const nine = world.harness.restart({ clock: shiftClock(world.database.clock, 9 * hour) });
    await reconcile(nine.services);
    await nine.executions.idle();
    const record = await nine.services.catalog.turns.getTable(world.table, 'archive');
    expect(record?.head?.snapshot).not.toBe(archived.id);
    expect(await world.harness.services.catalog.turns.getTable(world.table)).toBeUndefined();
  });
});

describe('a data sink that was removed from the configuration', () => {
  it('is named by all that reads its backups, and they can be deleted', async () => {
    const archived = await backup('archive');
    const own = await backup();
    const without = world.harness.restart({ config: { sinks: [] } });
    const gone = {
      code: 'SinkNotFound',
      message: expect.stringContaining('no data sink archive any longer'),
    };
    const { operations, services } = without;
    await expect(operations.verifyBackup({ backup: key(archived) })).rejects.toMatchObject(gone);
    const wanted = { backup: key(archived), key: nthKey(shape, 4) as never };
    await expect(operations.getBackupItem(wanted)).rejects.toMatchObject(gone);
    const target = `${world.table}-copy`;
    await expect(operations.restoreTable({ backup: key(archived), target })).rejects.toEqual(
      code('SinkNotFound'),
    );
    expect(await services.catalog.restores.get(target)).toBeUndefined();
    // The sweep reports it, and continues with the default sink.
    expect(await sweep(later({ sinks: [] }).services)).toMatchObject({ finished: true, troubles: 1 });
    await operations.deleteBackup(key(archived));
    const warn = vi.fn<(message: string, facts?: object) => void>();
    const swept = { ...later({ sinks: [] }).services, log: { ...silentLog, warn } };
    expect(await sweep(swept)).toMatchObject({ finished: true, troubles: 0 });
    expect(warn).toHaveBeenCalledWith(
      'a data sink was removed, and objects may remain in it',
      expect.objectContaining({ table: world.table, sink: 'archive' }),
    );
    expect(await operations.verifyBackup({ backup: key(own) })).toMatchObject({ problemCount: 0 });
  });

  it('fails the backups that wait in it, with a reason, and no backup of another sink', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { id } = await stopped.operations.createBackup({ table: world.table, name: 'b', sink: 'archive' });
    const without = world.harness.restart({ config: { sinks: [] } });
    await reconcile(without.services);
    await without.executions.idle();
    expect(await without.operations.describeBackup({ table: world.table, id })).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('no data sink archive any longer'),
    });
    await expectNothingHeld(world.harness, world.table);
  });
});

describe('a data sink that cannot be used', () => {
  const requests = {
    'a backup': (sink: string) =>
      world.harness.operations.createBackup({ table: world.table, name: 'b', sink }),
    'a set': (sink: string) =>
      world.harness.operations.createBackupSet({ name: 's', tables: [world.table], sink }),
    'a plan': (sink: string) =>
      world.harness.operations.planBackupSet({ name: 's', tables: [world.table], sink }),
  };

  it.each(Object.entries(requests))('refuses %s before anything is written', async (_, request) => {
    const { folder } = world.harness;
    // As if a disk were not there.
    await rename(join(folder, 'sinks', 'cold'), join(folder, 'away'));
    const before = await readEverything(world.database, world.harness);
    await expect(request('archive')).rejects.toEqual(code('SinkUnreachable'));
    await expect(request('no-such-sink')).rejects.toEqual(code('SinkNotFound'));
    expect(await readEverything(world.database, world.harness)).toEqual(before);
  });

  it('cannot be the one of a native backup', async () => {
    const check = () => {};
    const native = { ...world.harness.services.native, check };
    const harness = world.harness.restart({ native });
    const request = harness.operations.createBackup({
      table: world.table,
      name: 'b',
      source: 'native',
      sink: 'archive',
    });
    await expect(request).rejects.toEqual(code('Validation'));
  });

  it('is not written by a plan', async () => {
    const before = await readEverything(world.database, world.harness);
    expect(await requests['a plan']('archive')).toMatchObject({ items: 20 });
    expect(await readEverything(world.database, world.harness)).toEqual(before);
  });
});
