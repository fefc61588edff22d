import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { createBackupId } from '../../../lambda/model/ids.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { sweep } from '../../../lambda/retention/sweep.ts';
import type { Log } from '../../../lambda/runtime/logger.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { buildManifestKey, runKey } from '../../../lambda/snapshot/format/manifest.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { createFilledTable, putItems, restore, shape } from '../../support/fixture.ts';
import type { Harness, HarnessOptions } from '../../support/harness.ts';
import { createTable } from '../../support/tables.ts';
import {
  listAllKeys,
  backUp,
  backUpChain,
  expectNothingLeftOver,
  listKeys,
  listNeededKeys,
  remove,
} from '../../support/retention/support.ts';
import { replaceManifest } from '../../support/snapshot/replace-manifest.ts';
import { shiftClock } from '../../support/simulated-clock.ts';

const hour = 60 * 60 * 1000;
const options = { config: { sweepGraceMs: 0 } };

const world = useTidemark(options);

/** Restarts Tidemark as if `milliseconds` had passed, with the grace of a deployment. */
function restartLater(milliseconds: number, more: HarnessOptions = {}): Harness {
  return world.harness.restart({ clock: shiftClock(world.harness.services.clock, milliseconds), ...more });
}

const backUpWorld = (length: number, of = world.table) =>
  backUpChain(world.database, world.harness, of, length);

describe('a sweep', () => {
  it('deletes everything but what the remaining backups need, and these restore exactly', async () => {
    const { database, harness, table } = world;
    const made = await backUpWorld(6);
    const deleted = [0, 2, 3, 5].flatMap((n) => made[n] ?? []);
    for (const { backup } of deleted) await remove(harness, backup);
    const { deleted: tally, troubles, finished } = await sweep(harness.services);
    expect([troubles, finished]).toEqual([0, true]);
    expect(tally.objects).toBeGreaterThan(0);
    await expectNothingLeftOver(harness, table);
    for (const { backup, content } of made.filter((one) => !deleted.includes(one)))
      expect(await restore(database, harness, backup)).toEqual(content);
    const next = await backUp(database, harness, table);
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
    expect(await restore(database, harness, next.backup)).toEqual(next.content);
  });

  it('removes the records of dead snapshots and keeps those of deleted backups', async () => {
    const { harness, table } = world;
    const [first, second] = await backUpWorld(2);
    if (second === undefined) throw new Error('two were made');
    await remove(harness, first.backup);
    await sweep(harness.services);
    const ids = [first.backup.id, second.backup.id];
    const { backups, snapshots } = await harness.services.catalog.snapshots.takeCensus(table, ids);
    expect([...backups].map(([id, { status }]) => [id, status])).toEqual([
      [first.backup.id, 'DELETED'],
      [second.backup.id, 'AVAILABLE'],
    ]);
    expect(snapshots.map(({ id }) => id)).toEqual([second.backup.id]);
  });

  it('deletes nothing right after another sweep', async () => {
    const { harness } = world;
    const [first] = await backUpWorld(3);
    await remove(harness, first.backup);
    await sweep(harness.services);
    expect((await sweep(harness.services)).deleted).toEqual({ objects: 0, bytes: 0 });
  });

  it('deletes the objects that a failed backup has stored', async () => {
    const { harness, table } = world;
    const dying = harness.restart({
      ...options,
      around: async (handler, _input, run) => {
        if (handler === 'commit') throw new Error('out of luck');
        return run();
      },
    });
    const { id } = await dying.operations.createBackup({ table, name: 'failing' });
    await dying.executions.idle();
    expect(await dying.operations.describeBackup({ table, id })).toMatchObject({ status: 'FAILED' });
    expect(await listKeys(harness.store, 'tables')).not.toEqual([]);
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
  });

  it('keeps the live snapshots of a table that was deleted and created again, and deletes its dead ones', async () => {
    const { database, harness, table } = world;
    const [first, second] = await backUpWorld(2);
    if (second === undefined) throw new Error('two were made');
    await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
    await createTable(database.dynamodb, table, shape);
    await putItems(database, table, 50, 60);
    const third = await backUp(database, harness, table);
    expect(third.backup.table.tableId).not.toBe(first.backup.table.tableId);
    await remove(harness, second.backup);
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
    for (const { backup, content } of [first, third])
      expect(await restore(database, harness, backup)).toEqual(content);
    await remove(harness, first.backup);
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
    expect(await listKeys(harness.store, `tables/${first.backup.table.tableId}`)).toEqual([]);
  });
});

describe('a snapshot that a sweep finds', () => {
  it('is ended by the sweep if a crash came after deleting its backup and before ending it', async () => {
    const { harness, table } = world;
    const [first] = await backUpWorld(2);
    const { snapshots } = harness.services.catalog;
    vi.spyOn(snapshots, 'kill').mockRejectedValueOnce(new Error('crashed'));
    await expect(remove(harness, first.backup)).rejects.toThrow('crashed');
    expect(await snapshots.get({ table, id: first.backup.id })).toMatchObject({ alive: true });
    await sweep(harness.services);
    expect(await snapshots.get({ table, id: first.backup.id })).toBeUndefined();
    await expectNothingLeftOver(harness, table);
  });

  it('is dead before the sweep lists objects and reads which snapshots are alive', async () => {
    const { harness } = world;
    const [first] = await backUpWorld(2);
    const { snapshots } = harness.services.catalog;
    const { store } = harness.services;
    const kill = snapshots.kill.bind(snapshots);
    const takeCensus = snapshots.takeCensus.bind(snapshots);
    vi.spyOn(snapshots, 'kill').mockRejectedValueOnce(new Error('crashed'));
    await expect(remove(harness, first.backup)).rejects.toThrow('crashed');
    const order: string[] = [];
    vi.spyOn(snapshots, 'kill').mockImplementation(async (key) => {
      await kill(key);
      order.push('dead');
    });
    vi.spyOn(snapshots, 'takeCensus').mockImplementation((name) => {
      order.push('census');
      return takeCensus(name);
    });
    const list: typeof store.list = (prefix) => {
      if (prefix.startsWith('tables/')) order.push('list');
      return store.list(prefix);
    };
    await sweep({ ...harness.services, store: { ...store, list } });
    expect(order).toEqual(['census', 'dead', 'list', 'census']);
  });

  it('keeps its record while it is alive', async () => {
    const { database, harness, table } = world;
    const { backup } = await backUp(database, harness, table);
    const { snapshots } = harness.services.catalog;
    await snapshots.forget({ table, id: backup.id });
    expect(await snapshots.get({ table, id: backup.id })).toMatchObject({ alive: true });
  });

  it('stays alive while it is the head, even if its backup is deleted', async () => {
    const { database, harness, table } = world;
    const { backup, content } = await backUp(database, harness, table);
    await remove(harness, backup);
    const before = await listKeys(harness.store, 'tables');
    await sweep(harness.services);
    expect(await listKeys(harness.store, 'tables')).toEqual(before);
    const next = await backUp(database, harness, table);
    expect(next.backup).toMatchObject({ kind: 'incremental', parent: backup.id });
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
    expect(await restore(database, harness, next.backup)).toEqual(content);
  });

  it('keeps its objects for the grace after its death', async () => {
    const { harness } = world;
    const [first] = await backUpWorld(2);
    await remove(harness, first.backup);
    const key = buildManifestKey(first.backup.table.tableId, first.backup.id);
    await sweep(restartLater(hour / 2).services);
    expect(await listKeys(harness.store, 'tables')).toContain(key);
    await sweep(restartLater(hour + 1000).services);
    expect(await listKeys(harness.store, 'tables')).not.toContain(key);
  });
});

describe('a sweep that finds unreadable objects or records', () => {
  it.each<[string, (harness: Harness, backup: BackupRecord) => Promise<unknown>]>([
    [
      'a damaged live manifest',
      ({ store }, { id, table }) => store.put(buildManifestKey(table.tableId, id), Buffer.from('damaged')),
    ],
    ['an exchanged live manifest', ({ store }, backup) => replaceManifest(store, backup)],
  ])('keeps all objects of a table with %s, and sweeps the other tables', async (_damage, damage) => {
    const { database, harness, table } = world;
    const other = await createFilledTable(database);
    const [first, second] = await backUpWorld(3);
    const [third] = await backUpWorld(2, other);
    if (second === undefined) throw new Error('three were made');
    for (const { backup } of [first, third]) await remove(harness, backup);
    const { tableId } = second.backup.table;
    await damage(harness, second.backup);
    const before = await listKeys(harness.store, `tables/${tableId}`);
    const log = recordingLog();
    const { troubles } = await sweep(harness.restart({ ...options, log }).services);
    expect(troubles).toBe(1);
    expect(log.errors).toEqual([
      [
        'not swept',
        { table, folder: `tables/${tableId}`, reason: expect.stringMatching(/^SnapshotCorrupt: /) },
      ],
    ]);
    expect(await listKeys(harness.store, `tables/${tableId}`)).toEqual(before);
    expect(await listKeys(harness.store, `tables/${third.backup.table.tableId}`)).toEqual(
      await listNeededKeys(harness, other),
    );
  });

  it('does not count staged files as unknown while the records of their table cannot be read', async () => {
    const { database, harness, table } = world;
    const { backup } = await backUp(database, harness, table);
    const note = `staging/${backup.id}/${backup.id}-0/failure/${backup.id}.json`;
    await harness.store.put(note, Buffer.from('x'));
    vi.spyOn(harness.services.catalog.snapshots, 'takeCensus').mockRejectedValue(new Error('no answer'));
    const { kept, troubles } = await sweep(harness.services);
    expect([kept.unknown.objects, troubles]).toEqual([0, 1]);
    expect(await harness.store.get(note)).toHaveLength(1);
  });

  it('keeps objects of backups that are not in the catalog, and objects of other programs', async () => {
    const { database, harness, table } = world;
    const { backup } = await backUp(database, harness, table);
    const { tableId } = backup.table;
    const stranger = createBackupId(1, '0123abcd');
    const strange = [
      runKey(tableId, `${stranger}-89abcdef-0.0`),
      buildManifestKey(tableId, stranger),
      `tables/${tableId}/notes.txt`,
      `staging/${stranger}/${stranger}-0/plan.json`,
      'staging/notes.txt',
    ];
    for (const key of strange) await harness.store.put(key, Buffer.from('x'));
    const { kept } = await sweep(harness.services);
    expect(kept.unknown).toEqual({ objects: strange.length, bytes: strange.length });
    for (const key of strange) expect(await harness.store.get(key)).toHaveLength(1);
  });
});

describe('the staging folder', () => {
  it('is kept until its backup has ended', async () => {
    const { harness, table } = world;
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const slow = harness.restart({
      ...options,
      around: async (handler, _input, run) => {
        if (handler === 'commit') {
          reached.resolve();
          await held.promise;
        }
        return run();
      },
    });
    const { id } = await slow.operations.createBackup({ table, name: 'slow' });
    await reached.promise;
    const { deleted, kept } = await sweep(slow.services);
    expect(deleted.objects).toBe(0);
    expect(kept.working.objects).toBe((await listAllKeys(harness.store)).length);
    held.resolve();
    await slow.executions.idle();
    expect(await slow.operations.describeBackup({ table, id })).toMatchObject({ status: 'AVAILABLE' });
    await sweep(slow.services);
    await expectNothingLeftOver(harness, table);
  });

  it('is kept until its restore has ended and the grace is over', async () => {
    const { database, harness, table } = world;
    const { backup, content } = await backUp(database, harness, table);
    const target = `restored-${table}`;
    const dying: Harness = harness.restart({
      ...options,
      around: async (handler, _input, run) => {
        if (handler !== 'restore-finish') return run();
        dying.executions.stop();
        throw new Error('killed');
      },
    });
    await dying.operations.restoreTable({ backup: { table, id: backup.id }, target });
    await dying.executions.idle();
    await sweep(restartLater(2 * hour).services);
    const staged = await listKeys(harness.store, 'staging');
    expect(staged).toContainEqual(expect.stringContaining('/restore-'));

    expect(await restore(database, harness, backup)).toEqual(content);
    const both = await listKeys(harness.store, 'staging');
    await sweep(restartLater(hour / 2).services);
    expect(await listKeys(harness.store, 'staging')).toEqual(both);
    await sweep(restartLater(2 * hour).services);
    expect(await listKeys(harness.store, 'staging')).toEqual(staged);
  });
});

describe('a sweep that runs out of time', () => {
  it('reports that it did not finish, and starts at another table each time', async () => {
    const { database, harness, table } = world;
    const tables = [table, await createFilledTable(database), await createFilledTable(database)];
    for (const one of tables) await remove(harness, (await backUpWorld(2, one))[0].backup);
    const hurried = harness.restart({ config: { sweepGraceMs: 0, timeBudgetMs: 0 } });
    expect(await sweep(hurried.services)).toMatchObject({ finished: false, troubles: 0 });

    // The clock allows for one table.
    let now = harness.services.clock.now();
    const clock = { now: () => now, sleep: harness.services.clock.sleep };
    for (let first = 0; first < tables.length; first++) {
      const steady = harness.restart({
        clock,
        config: { sweepGraceMs: 0, timeBudgetMs: 1000 },
        store: (store) => ({
          ...store,
          async delete(keys) {
            await store.delete(keys);
            if (keys[0]?.startsWith('tables/') === true) now += 1000;
          },
        }),
      });
      const ids = { hex: () => String(first) };
      expect((await sweep({ ...steady.services, ids })).finished).toBe(false);
    }
    await expectNothingLeftOver(harness, ...tables);
  });

  it('keeps the record of a dead snapshot whose objects it has not deleted', async () => {
    const { harness, table } = world;
    const [{ backup }] = await backUpWorld(2);
    await remove(harness, backup);
    const before = await listKeys(harness.store, 'tables');
    let now = harness.services.clock.now();
    const { store, clock } = harness.services;
    const deletesSlowly: typeof store.delete = async (keys) => {
      await store.delete(keys);
      now += 1000;
    };
    const { finished } = await sweep({
      ...harness.services,
      config: { ...harness.services.config, timeBudgetMs: 1000 },
      clock: { ...clock, now: () => now },
      store: { ...store, delete: deletesSlowly },
    });
    expect(finished).toBe(false);
    expect(await listKeys(harness.store, 'tables')).toEqual(before);
    const { snapshots } = harness.services.catalog;
    expect(await snapshots.get({ table, id: backup.id })).toMatchObject({ alive: false });
    await sweep(harness.services);
    await expectNothingLeftOver(harness, table);
  });
});

function recordingLog(): Log & { readonly errors: unknown[] } {
  const errors: unknown[] = [];
  return { ...silentLog, errors, error: (...line) => void errors.push(line) };
}
