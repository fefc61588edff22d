import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { reconcile } from '../../../../lambda/reconcile/reconcile.ts';
import type {
  CreateBackupSetInput,
  CreatedSet,
} from '../../../../lambda/operations/sets/create-backup-set.ts';
import { type BackupSet, toSetId } from '../../../../lambda/model/sets.ts';
import { newBackup } from '../../../support/catalog/new-backup.ts';
import { createFilledTable, expectNothingHeld, putItems, restore } from '../../../support/fixture.ts';
import type { Harness } from '../../../support/harness.ts';
import { shiftClock } from '../../../support/simulated-clock.ts';
import { readTableContent } from '../../../support/tables.ts';
import { useTidemark } from '../../../support/use-tidemark.ts';

const world = useTidemark({ items: 10 });

const code = (expected: string) => expect.objectContaining({ code: expected });
const day = 24 * 60 * 60 * 1000;

async function createTables(count: number): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => createFilledTable(world.database, 5)));
}

function request(input: Partial<CreateBackupSetInput> = {}, harness = world.harness): Promise<CreatedSet> {
  return harness.operations.createBackupSet({ name: 'nightly', tables: [world.table], ...input });
}

/** Requests a set and returns it once its backups have ended. */
async function createSet(input: Partial<CreateBackupSetInput> = {}): Promise<BackupSet> {
  const { set } = await request(input);
  await world.harness.executions.idle();
  return world.harness.operations.describeBackupSet(set);
}

describe('createBackupSet', () => {
  it('requests one backup for each table, all with one marker, and returns the set as CREATING', async () => {
    const tables = await createTables(3);
    const { set, isNew } = await request({ tables, comment: 'before the release', requestedBy: 'ada' });
    expect(isNew).toBe(true);
    expect(set).toMatchObject({ name: 'nightly', tables, status: 'CREATING', comment: 'before the release' });
    expect(set.progress).toMatchObject({ tables: 3 });
    for (const { table, backup } of set.members) {
      if (backup === undefined) throw new Error('no backup');
      expect(await world.harness.operations.describeBackup({ table, id: backup })).toMatchObject({
        marker: set.marker,
        name: 'nightly',
        comment: 'before the release',
        requestedBy: 'ada',
        set: { name: 'nightly', id: set.id },
      });
    }
    await world.harness.executions.idle();
  });

  it('makes a set that is AVAILABLE once all its backups are, with the sums of their figures', async () => {
    const tables = await createTables(2);
    const set = await createSet({ tables });
    expect(set).toMatchObject({
      status: 'AVAILABLE',
      kind: 'full',
      progress: { percent: 100, tablesDone: 2, tables: 2 },
      figures: { items: 10, copiedRecords: 10, copiedFiles: 2 },
    });
    expect(set.members.map(({ table, status }) => [table, status])).toEqual(
      tables.map((table) => [table, 'AVAILABLE']),
    );
  });

  it('numbers the sets in ascending order over all names', async () => {
    const first = await createSet({ name: 'one' });
    const second = await createSet({ name: 'two' });
    const third = await createSet({ name: 'one' });
    expect(second.id).toBeGreaterThan(first.id);
    expect(third.id).toBeGreaterThan(second.id);
  });

  it('continues the tables’ last backups', async () => {
    await createSet();
    await putItems(world.database, world.table, 9, 12);
    expect(await createSet()).toMatchObject({
      kind: 'incremental',
      figures: { items: 12, copiedRecords: 3 },
    });
  });

  it('keeps the successful backups if some tables cannot be backed up, and records why', async () => {
    const set = await createSet({ tables: [world.table, 'no-such-table'] });
    expect(set).toMatchObject({ status: 'PARTIAL', figures: { items: 10 } });
    expect(set.members).toEqual([
      expect.objectContaining({ table: world.table, status: 'AVAILABLE' }),
      { table: 'no-such-table', status: 'FAILED', reason: 'TableNotFound: Table not found: no-such-table' },
    ]);
  });

  it('throws the reason, and writes nothing, if no table can be backed up', async () => {
    await expect(request({ tables: ['no-such-table', 'nor-this-one'] })).rejects.toEqual(
      code('TableNotFound'),
    );
    expect(await world.harness.operations.listBackupSets({ limit: 10 })).toEqual({ sets: [] });
  });

  it.each([
    ['no name', { name: '' }],
    ['too long a name', { name: 'n'.repeat(256) }],
    ['no tables', { tables: [] }],
    ['too many tables', { tables: Array.from({ length: 101 }, (_, i) => `table-${i}`) }],
    ['a table that is named twice', { tables: ['orders', 'orders'] }],
    ['too long a comment', { comment: 'c'.repeat(1025) }],
    ['a kind that its source does not make', { source: 'scan', kind: 'incremental' }],
  ] as const)('throws Validation for %s', async (_what, input) => {
    await expect(request(input)).rejects.toEqual(code('Validation'));
  });

  it('throws SinkNotFound, and writes nothing, for a data sink that does not exist', async () => {
    await expect(request({ sink: 'archive' })).rejects.toEqual(code('SinkNotFound'));
    expect(await world.harness.operations.listBackupSets({ limit: 10 })).toEqual({ sets: [] });
    const set = await createSet({ sink: 'default' });
    expect(set.status).toBe('AVAILABLE');
    expect(set).not.toHaveProperty('sink');
  });

  it('returns the first set to a repeated request with the same key', async () => {
    const first = await request({ requestKey: 'key' });
    await world.harness.executions.idle();
    await world.database.dynamodb.send(new DeleteTableCommand({ TableName: world.table }));
    const again = await request({ requestKey: 'key' });
    expect([again.isNew, again.set.id]).toEqual([false, first.set.id]);
  });

  it('makes one set for equal requests that arrive at once with one key', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => request({ requestKey: 'key' })));
    expect(new Set(made.map(({ set }) => set.id)).size).toBe(1);
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    await world.harness.executions.idle();
    const { backups } = await world.harness.operations.listBackups({ table: world.table, limit: 10 });
    expect(backups).toHaveLength(1);
  });
});

describe('a request for a set of a name', () => {
  it('throws SetInUse until the previous set of that name has ended', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    const { set } = await request({}, stopped);
    await expect(request()).rejects.toEqual(code('SetInUse'));
    await expect(request({ comment: 'another', joinRunning: true })).rejects.toEqual(code('SetInUse'));
    expect(await request({ joinRunning: true })).toMatchObject({ isNew: false, set: { id: set.id } });
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    // Only the next request has noticed that the set has ended.
    expect(await request()).toMatchObject({ isNew: true });
    await world.harness.executions.idle();
  });

  it('does not wait for sets of other names, even over the same tables', async () => {
    const stopped = world.harness.restart();
    stopped.executions.stop();
    await request({ name: 'one' }, stopped);
    expect(await request({ name: 'two' })).toMatchObject({ isNew: true });
    await world.harness.executions.idle();
  });

  it('is limited to the daily maximum, exactly if 30 requests arrive at once', async () => {
    const { sets } = world.harness.services.catalog;
    const figures = { items: 0, bytes: 0, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 };
    for (let i = 0; i < 19; i++) {
      const wanted = { name: 'nightly', tables: [world.table], marker: 1, fingerprint: '' };
      const made = await sets.create(wanted);
      if (made.kind !== 'created') throw new Error(made.kind);
      await sets.end(made.set, 'AVAILABLE', { figures, kind: 'full', isDone: true });
    }
    const outcomes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, i) => request({ maxPerDay: 20, comment: `request ${i}` })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await world.harness.executions.idle();
    // The first set has ended, so that only the daily maximum can refuse another one.
    await reconcile(world.harness.services);
    await expect(request({ maxPerDay: 20 })).rejects.toEqual(code('TooManySets'));
    expect(
      (await world.harness.operations.listBackupSets({ name: 'nightly', limit: 100 })).sets,
    ).toHaveLength(20);
  });

  it('is counted on its day: of 30 requests around midnight, one set of each day begins', async () => {
    const { clock } = world.harness.services;
    const midnight = Math.ceil((clock.now() + 1) / day) * day;
    const before = world.harness.restart({ clock: shiftClock(clock, midnight - 60_000 - clock.now()) });
    const after = world.harness.restart({ clock: shiftClock(clock, midnight + 60_000 - clock.now()) });
    await before.operations.createBackupSet({ name: 'nightly', tables: [world.table], maxPerDay: 1 });
    await before.executions.idle();
    const requests = Array.from({ length: 30 }, (_, i) =>
      request({ maxPerDay: 1, comment: `request ${i}` }, i % 2 === 0 ? before : after),
    );
    const outcomes = await Promise.allSettled(requests);
    const passed = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [i % 2] : []));
    expect(passed).toEqual([1]);
    await after.executions.idle();
    // A request whose clock is before midnight counts for the new day if an earlier request has begun that day.
    await expect(request({ maxPerDay: 1 }, before)).rejects.toEqual(code('TooManySets'));
  });
});

describe('a set whose request crashed', () => {
  /** Requests a set in a process that dies after it has requested `at` backups. */
  async function crash(tables: readonly string[], at: number): Promise<Harness> {
    const dying = world.harness.restart();
    dying.executions.stop();
    let writes = 0;
    const { catalog } = dying.services;
    const create = catalog.backups.create.bind(catalog.backups);
    catalog.backups.create = async (...input) => {
      if (++writes > at) throw new Error('killed');
      return create(...input);
    };
    await request({ tables }, dying);
    return dying;
  }

  it('gets its remaining backups with the same marker, and ends', async () => {
    const tables = await createTables(4);
    await crash(tables, 2);
    const open = await world.harness.operations.listBackupSets({ name: 'nightly', limit: 1 });
    const [first] = open.sets;
    if (first === undefined) throw new Error('no set');
    const expected = new Map<string, Map<string, string>>();
    for (const table of tables) expected.set(table, await readTableContent(world.database.dynamodb, table));
    // No backup of the set holds writes after its request.
    world.database.clock.advance(5000);
    for (const table of tables) await putItems(world.database, table, 0, 7);
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    await reconcile(world.harness.services);
    const set = await world.harness.operations.describeBackupSet(first);
    expect(set).toMatchObject({ status: 'AVAILABLE', progress: { tablesDone: 4 } });
    for (const { table, backup } of set.members) {
      if (backup === undefined) throw new Error('no backup');
      const record = await world.harness.operations.describeBackup({ table, id: backup });
      expect(record.marker).toBe(set.marker);
      expect(await restore(world.database, world.harness, record)).toEqual(expected.get(table));
      await expectNothingHeld(world.harness, table);
    }
    expect(await world.harness.services.catalog.sets.listOpen()).toEqual([]);
    expect(await world.harness.services.catalog.sets.get(first)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('is not made twice by a late twin of the request', async () => {
    const tables = await createTables(3);
    const dying = await crash(tables, 1);
    const [first] = (await world.harness.operations.listBackupSets({ name: 'nightly', limit: 1 })).sets;
    if (first === undefined) throw new Error('no set');
    const { requestMembers } = await import('../../../../lambda/operations/sets/request-members.ts');
    const alive = dying.restart();
    await Promise.all([
      requestMembers(alive.services, first),
      requestMembers(world.harness.services, first),
      reconcile(world.harness.services),
    ]);
    await Promise.all([alive.executions.idle(), world.harness.executions.idle()]);
    for (const table of tables) {
      expect((await world.harness.operations.listBackups({ table, limit: 10 })).backups).toHaveLength(1);
    }
    expect(await world.harness.operations.describeBackupSet(first)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('requests one native backup for each table if twins record the set at once', async () => {
    const { backups } = world.harness.services.catalog;
    const set = { name: 'nightly', id: toSetId(1) };
    const wanted = { ...newBackup(world.table), source: 'native', set, markerOfSet: 1000 } as const;
    const made = await Promise.all([1, 2, 3, 4].map(() => backups.create(wanted)));
    expect(made.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(new Set(made.map(({ backup }) => backup.id)).size).toBe(1);
  });

  it('says of a table whose backup was deleted in the meantime why it has none', async () => {
    const [kept, deleted] = await createTables(2);
    await crash([String(kept), String(deleted)], 1);
    const [first] = (await world.harness.operations.listBackupSets({ limit: 1 })).sets;
    if (first === undefined) throw new Error('no set');
    const lost = (await world.harness.operations.describeBackupSet(first)).members.find(
      ({ status }) => status === 'WAITING',
    );
    await world.database.dynamodb.send(new DeleteTableCommand({ TableName: String(lost?.table) }));
    await reconcile(world.harness.services);
    await world.harness.executions.idle();
    const set = await world.harness.operations.describeBackupSet(first);
    expect(set.status).toBe('PARTIAL');
    expect(set.members.find(({ table }) => table === lost?.table)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('Table not found') as string,
    });
  });
});

describe('describeBackupSet', () => {
  it('throws SetNotFound for a set that does not exist', async () => {
    const set = await createSet();
    const { operations } = world.harness;
    await expect(operations.describeBackupSet({ ...set, name: 'other' })).rejects.toEqual(
      code('SetNotFound'),
    );
  });
});

describe('listBackupSets', () => {
  it('lists the sets of one name or of all names, page by page, in both directions', async () => {
    const made: BackupSet[] = [];
    for (const name of ['one', 'two', 'one', 'one']) made.push(await createSet({ name }));
    const { operations } = world.harness;
    const ids = async (query: Parameters<typeof operations.listBackupSets>[0]) => {
      const page = await operations.listBackupSets(query);
      return { ids: page.sets.map(({ id }) => made.findIndex((set) => set.id === id)), next: page.next };
    };
    expect(await ids({ limit: 10 })).toEqual({ ids: [0, 1, 2, 3] });
    const first = await ids({ name: 'one', limit: 2 });
    expect(first.ids).toEqual([0, 2]);
    if (first.next === undefined) throw new Error('no cursor');
    expect(await ids({ name: 'one', limit: 2, next: first.next })).toEqual({ ids: [3] });
    const newest = await ids({ name: 'one', limit: 2, newestFirst: true });
    expect(newest.ids).toEqual([3, 2]);
    if (newest.next === undefined) throw new Error('no cursor');
    expect(await ids({ name: 'one', limit: 2, newestFirst: true, next: newest.next })).toEqual({ ids: [0] });
    const forged = `${first.next.slice(0, -1)}9`;
    for (const query of [
      { name: 'one', limit: 2, next: forged },
      { name: 'one', limit: 2, next: '7/one' },
      { name: 'two', limit: 2, next: first.next },
      { limit: 2, next: first.next },
      { name: 'one', limit: 2, next: newest.next },
    ]) {
      await expect(operations.listBackupSets(query)).rejects.toEqual(code('Validation'));
    }
  });
});
