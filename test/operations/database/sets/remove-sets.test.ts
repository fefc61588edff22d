import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import type { BackupSet } from '../../../../lambda/model/sets.ts';
import type { CreateBackupSetInput } from '../../../../lambda/operations/sets/create-backup-set.ts';
import { reconcile } from '../../../../lambda/reconcile/reconcile.ts';
import { sweep } from '../../../../lambda/retention/sweep.ts';
import { createFilledTable, putItems, restore } from '../../../support/fixture.ts';
import { shiftClock } from '../../../support/simulated-clock.ts';
import { readTableContent } from '../../../support/tables.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';

const world = useTidemark({ items: 30 });

const fail = (): never => expect.fail('the set has a backup');
const code = (expected: string) => expect.objectContaining({ code: expected });
const hour = 60 * 60 * 1000;

/** Requests a set over the table and runs the executions and the reconciler until the set has ended. */
async function createSet(input: Partial<CreateBackupSetInput> = {}): Promise<BackupSet> {
  const { operations, executions } = world.harness;
  const { set } = await operations.createBackupSet({ name: 'nightly', tables: [world.table], ...input });
  await executions.idle();
  const ended = await operations.advanceBackupSet(set);
  if (ended === undefined) throw new Error('the set has disappeared');
  expect(ended.status).toBe('AVAILABLE');
  return ended;
}

/** Changes an item and makes a set with that change. */
async function createNext(input: Partial<CreateBackupSetInput> = {}): Promise<BackupSet> {
  await putItems(world.database, world.table, 0, 1);
  return createSet(input);
}

async function listIds(): Promise<number[]> {
  const { sets } = await world.harness.operations.listBackupSets({ name: 'nightly', limit: 100 });
  return sets.map(({ id }) => id);
}

async function listBackups(table = world.table) {
  const { backups } = await world.harness.operations.listBackups({ table, limit: 100, includeFailed: true });
  return backups;
}

describe('deleteBackupSet', () => {
  it('deletes the set and all of its backups', async () => {
    const other = await createFilledTable(world.database, 3);
    const tables = [world.table, other, 'no-such-table'];
    const { set: partial } = await world.harness.operations.createBackupSet({ name: 'nightly', tables });
    await world.harness.executions.idle();
    expect(await world.harness.operations.deleteBackupSet(partial)).toMatchObject({ status: 'PARTIAL' });
    expect([await listIds(), await listBackups(), await listBackups(other)]).toEqual([[], [], []]);
    const { operations, services } = world.harness;
    await expect(operations.describeBackupSet(partial)).rejects.toEqual(code('SetNotFound'));
    await expect(operations.deleteBackupSet(partial)).rejects.toEqual(code('SetNotFound'));
    expect(await services.catalog.sets.get(partial)).toMatchObject({ status: 'DELETED' });
    expect(await services.catalog.sets.listOpen()).toEqual([]);
  });

  it('answers a repeat like the first request', async () => {
    const set = await createSet();
    const { operations } = world.harness;
    await operations.deleteBackupSet({ ...set, requestKey: 'key' });
    expect(await operations.deleteBackupSet({ ...set, requestKey: 'key' })).toMatchObject({ id: set.id });
    await expect(operations.deleteBackupSet({ ...set, requestKey: 'other' })).rejects.toEqual(
      code('SetNotFound'),
    );
  });

  it('leaves on the records of the set and its backups who deleted them', async () => {
    const { operations, services } = world.harness;
    const deletedByOf = async (set: BackupSet) => {
      const [id = fail()] = set.members.flatMap(({ backup }) => backup ?? []);
      const records = [
        await services.catalog.sets.get(set),
        await services.catalog.backups.get({ table: world.table, id }),
      ];
      return records.map((record) => record?.deletedBy);
    };
    const set = await createSet();
    await operations.deleteBackupSet({ ...set, requestedBy: 'rds/ada', requestKey: 'key' });
    expect(await deletedByOf(set)).toEqual(['rds/ada', 'rds/ada']);
    const old = await createNext();
    const next = await createNext({ replaces: { all: true } });
    expect(await deletedByOf(old)).toEqual([`set nightly/${next.id}`, `set nightly/${next.id}`]);
    const expiring = await createNext({ expiresAt: world.database.clock.now() + hour });
    await reconcile({ ...services, clock: shiftClock(services.clock, 2 * hour) });
    expect(await deletedByOf(expiring)).toEqual(['expiry', 'expiry']);
  });

  it('throws SetInUse while the set is being made', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { set } = await stopped.operations.createBackupSet({ name: 'nightly', tables: [world.table] });
    await expect(stopped.operations.deleteBackupSet(set)).rejects.toEqual(code('SetInUse'));
  });

  it('throws BackupInUse, and deletes nothing, while a restore reads one of the backups', async () => {
    const other = await createFilledTable(world.database, 3);
    const set = await createSet({ tables: [other, world.table] });
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const targets = [{ table: world.table, target: `${world.table}-copy` }];
    await stopped.operations.restoreBackupSet({ ...set, targets });
    await expect(world.harness.operations.deleteBackupSet(set)).rejects.toEqual(code('BackupInUse'));
    expect([await listBackups(), await listBackups(other)]).toMatchObject([[{}], [{}]]);
    expect(await world.harness.operations.describeBackupSet(set)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('is completed by the reconciler after a crash between two backups', async () => {
    const tables = [
      world.table,
      await createFilledTable(world.database, 3),
      await createFilledTable(world.database, 3),
    ];
    const set = await createSet({ tables });
    const dying = world.harness.restart();
    const { snapshots } = dying.services.catalog;
    const deleteBackup = snapshots.deleteBackup.bind(snapshots);
    let deleted = 0;
    vi.spyOn(snapshots, 'deleteBackup').mockImplementation(async (...input) => {
      if (++deleted > 1) throw new Error('killed');
      return deleteBackup(...input);
    });
    await expect(dying.operations.deleteBackupSet(set)).rejects.toThrow('killed');
    expect(await listIds()).toEqual([]);
    await reconcile(world.harness.services);
    for (const table of tables) expect(await listBackups(table)).toEqual([]);
    expect(await world.harness.services.catalog.sets.get(set)).toMatchObject({ status: 'DELETED' });
    expect(await world.harness.services.catalog.sets.listOpen()).toEqual([]);
  });

  it('is not undone by a late twin of the request that made the set', async () => {
    const set = await createSet();
    const record = await world.harness.services.catalog.sets.get(set);
    await world.harness.operations.deleteBackupSet(set);
    const { requestMembers } = await import('../../../../lambda/operations/sets/request-members.ts');
    if (record === undefined) throw new Error('no record');
    await requestMembers(world.harness.services, record);
    expect(await listBackups()).toEqual([]);
  });
});

describe('a member whose backup is deleted on its own', () => {
  it('stays in its set as DELETED', async () => {
    const set = await createSet();
    const [backup] = await listBackups();
    if (backup === undefined) throw new Error('no backup');
    await world.harness.operations.deleteBackup({ table: world.table, id: backup.id });
    expect(await world.harness.operations.describeBackupSet(set)).toMatchObject({
      status: 'AVAILABLE',
      members: [{ table: world.table, status: 'DELETED' }],
    });
    await world.harness.operations.deleteBackupSet(set);
    expect(await listIds()).toEqual([]);
  });
});

describe('a failed backup that is deleted on its own', () => {
  it('stays in its set as FAILED, so that the set does not become AVAILABLE', async () => {
    const lost = await createFilledTable(world.database, 3);
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const request = { name: 'nightly', tables: [world.table, lost] };
    const { set } = await stopped.operations.createBackupSet(request);
    await world.database.dynamodb.send(new DeleteTableCommand({ TableName: lost }));
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    const [backup] = await listBackups(lost);
    if (backup === undefined) throw new Error('no backup');
    expect(backup.status).toBe('FAILED');
    await world.harness.operations.deleteBackup({ table: lost, id: backup.id });
    expect(await world.harness.operations.advanceBackupSet(set)).toMatchObject({
      status: 'PARTIAL',
      members: [{ status: 'AVAILABLE' }, { table: lost, status: 'FAILED', reason: backup.reason }],
    });
  });
});

describe('a set that replaces older ones', () => {
  it('keeps the newest incremental sets, and the full ones', async () => {
    const full = await createSet();
    const [, second] = [await createNext(), await createNext()];
    const third = await createNext({ replaces: { keepIncrementals: 2 } });
    expect(await listIds()).toEqual([full.id, second.id, third.id]);
    const base = await createNext({ kind: 'full', replaces: { keepIncrementals: 1 } });
    expect(await listIds()).toEqual([full.id, third.id, base.id]);
  });

  it('deletes the sets since the last full one if it is differential', async () => {
    const [full, first] = [await createSet(), await createNext()];
    const base = await createNext({ kind: 'full' });
    await createNext();
    await createNext({ kind: 'differential' });
    const last = await createNext({ kind: 'differential', replaces: { sinceFull: true } });
    expect(await listIds()).toEqual([full.id, first.id, base.id, last.id]);
  });

  it('deletes all older sets if its request says so', async () => {
    await createSet();
    await createNext();
    const other = await createSet({ name: 'weekly' });
    const last = await createNext({ kind: 'full', replaces: { all: true } });
    expect(await listIds()).toEqual([last.id]);
    expect(await world.harness.operations.describeBackupSet(other)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('deletes nothing that a remaining set needs', async () => {
    await createSet();
    const contents: Map<string, string>[] = [];
    for (let i = 0; i < 4; i++) {
      await createNext({ replaces: { keepIncrementals: 1 } });
      contents.push(await readTableContent(world.database.dynamodb, world.table));
    }
    const later = world.harness.restart({ clock: shiftClock(world.harness.services.clock, 2 * hour) });
    await sweep(later.services);
    const [first, last] = await listBackups();
    if (first === undefined || last === undefined) throw new Error('no backups');
    expect(await restore(world.database, world.harness, last)).toEqual(contents.at(-1));
    expect((await restore(world.database, world.harness, first)).size).toBe(30);
  });

  it('replaces nothing if it fails', async () => {
    const set = await createSet();
    const dying = world.harness.restart({
      around: async (handler, _input, run) => {
        if (handler === 'commit') throw new Error('broken');
        return run();
      },
    });
    const failing = { name: 'nightly', tables: [world.table], replaces: { all: true } } as const;
    const { set: next } = await dying.operations.createBackupSet(failing);
    await dying.executions.idle();
    expect(await dying.operations.advanceBackupSet(next)).toMatchObject({
      status: 'FAILED',
      members: [{ status: 'FAILED', reason: 'the workflow failed: Error' }],
    });
    expect(await listIds()).toEqual([set.id, next.id]);
  });

  it('waits for a restore that reads an older set, which the reconciler deletes afterwards', async () => {
    const set = await createSet();
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const targets = [{ table: world.table, target: `${world.table}-copy` }];
    await stopped.operations.restoreBackupSet({ ...set, targets });
    const next = await createNext({ kind: 'full', replaces: { all: true } });
    expect(await listIds()).toEqual([set.id, next.id]);
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    await reconcile(world.harness.services);
    expect(await listIds()).toEqual([next.id]);
    expect(await world.harness.services.catalog.sets.listOpen()).toEqual([]);
  });

  it.each([
    ['the sets since a full one without being differential', { sinceFull: true }],
    ['all incremental sets, itself too', { keepIncrementals: 0 }],
    ['a part of a set', { keepIncrementals: 1.5 }],
  ] as const)('cannot replace %s', async (_what, replaces) => {
    await expect(createSet({ replaces })).rejects.toEqual(code('Validation'));
  });
});

describe('a set that expires', () => {
  it('is deleted with all of its backups, and not earlier', async () => {
    const { clock } = world.harness.services;
    await createSet({ expiresAt: clock.now() + hour });
    await reconcile(world.harness.services);
    expect(await listBackups()).toHaveLength(1);
    const later = world.harness.restart({ clock: shiftClock(clock, hour + 1) });
    await reconcile(later.services);
    expect([await listIds(), await listBackups()]).toEqual([[], []]);
    await reconcile(later.services);
    expect(await later.services.catalog.sets.listExpired(clock.now() + 2 * hour)).toEqual([]);
  });
});
