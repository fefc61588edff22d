import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScheduledBackup } from '../../../lambda/operations/scheduled-backup.ts';
import { type ErrorCode, TidemarkError } from '../../../lambda/runtime/errors.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld } from '../../support/fixture.ts';
import { createNativeWorld, hour, keyOf, type NativeWorld } from '../../support/native/world.ts';

const database = useDatabase();
let world: NativeWorld;
beforeEach(async () => {
  world = await createNativeWorld(database);
});
afterEach(() => world.harness.close());

const code = (expected: ErrorCode) => expect.objectContaining({ code: expected });
const nativeArn = () => [...world.natives.backups.keys()][0];
const headOf = async () => (await world.harness.services.catalog.turns.getTable(world.table))?.head?.snapshot;

describe('a native backup', () => {
  it('is one of DynamoDB’s own backups, under Tidemark’s ARN', async () => {
    const backup = await world.create({ comment: 'why', requestedBy: 'ada' });
    expect(backup).toMatchObject({ status: 'CREATING', source: 'native', name: 'a-native', comment: 'why' });
    expect(backup.arn).toBe(`${backup.table.arn}/backup/${backup.id}`);
    expect(await world.describe(backup)).toEqual({ ...backup, nativeArn: nativeArn() });
    expect([...world.natives.backups.values()]).toMatchObject([{ name: backup.id, table: world.table }]);
  });

  it('is described as AVAILABLE once DynamoDB has made it, and the reconciler records that', async () => {
    const backup = await world.create();
    expect(await world.describe(backup)).toMatchObject({ status: 'CREATING' });
    world.natives.finish();
    const made = await world.describe(backup);
    expect(made).toMatchObject({
      status: 'AVAILABLE',
      figures: { items: 7, bytes: 1900, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
    });
    const { catalog } = world.harness.services;
    expect(await catalog.backups.get(keyOf(backup))).toMatchObject({ status: 'CREATING' });
    await world.reconcile(0);
    expect(await catalog.backups.get(keyOf(backup))).toEqual(made);
    const calls = world.natives.calls.length;
    expect(await world.describe(backup)).toEqual(made);
    expect(world.natives.calls).toHaveLength(calls);
  });

  it('becomes AVAILABLE by the reconciler if nobody describes it', async () => {
    const backup = await world.create();
    world.natives.finish();
    await world.reconcile(0);
    expect(await world.harness.services.catalog.backups.get(keyOf(backup))).toMatchObject({
      status: 'AVAILABLE',
    });
    expect(await world.harness.services.catalog.natives.listCreating()).toEqual([]);
  });

  it('takes no turn, waits for none, and becomes neither head nor snapshot', async () => {
    const head = await headOf();
    const before = await world.harness.services.catalog.turns.getTable(world.table);
    const stopped = world.harness.restart({ native: world.natives });
    const ours = await stopped.operations.createBackup({ table: world.table, name: 'in-between' });
    const backup = await world.createAvailable();
    expect(backup.status).toBe('AVAILABLE');
    await stopped.executions.idle();
    expect(await headOf()).toBe(ours.id);
    expect(head).not.toBe(ours.id);
    expect(before?.pending).toEqual([]);
    expect(await world.harness.services.catalog.snapshots.get(keyOf(backup))).toBeUndefined();
    await expectNothingHeld(world.harness, world.table);
  });

  it('is listed among Tidemark’s own backups in the order of the requests', async () => {
    const { operations, executions } = world.harness;
    const native = await world.create();
    const ours = await operations.createBackup({ table: world.table, name: 'later' });
    await executions.idle();
    const { backups } = await operations.listBackups({ table: world.table, limit: 10 });
    expect(backups.map(({ name }) => name)).toEqual(['ours', 'a-native', 'later']);
    const page = await operations.listBackups({ table: world.table, limit: 1, after: keyOf(native) });
    expect(page.backups.map(({ id }) => id)).toEqual([ours.id]);
  });

  it('is made once, however often its request is repeated', async () => {
    const first = await world.create({ requestKey: 'once' });
    expect((await world.create({ requestKey: 'once' })).id).toBe(first.id);
    expect(world.natives.backups.size).toBe(1);
    expect((await world.create({ requestKey: 'once', source: 'scan' })).id).not.toBe(first.id);
    await world.harness.executions.idle();
  });

  it('fails if DynamoDB loses it before it is AVAILABLE', async () => {
    const backup = await world.create();
    world.natives.backups.clear();
    expect(await world.describe(backup)).toMatchObject({ status: 'CREATING' });
    await world.reconcile();
    expect(await world.describe(backup)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('no longer'),
    });
  });

  it('fails and is deleted if it turns out to be of another table created under the same name', async () => {
    const backup = await world.create();
    world.natives.finish();
    for (const native of world.natives.backups.values()) native.tableId = 'another';
    expect(await world.describe(backup)).toMatchObject({ status: 'CREATING' });
    await world.reconcile();
    expect(await world.describe(backup)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('created again'),
    });
    expect(world.natives.backups.size).toBe(0);
  });
});

async function expectNothingMade(): Promise<void> {
  expect(world.natives.calls).toEqual([]);
  const { backups } = await world.harness.operations.listBackups({
    table: world.table,
    limit: 10,
    includeFailed: true,
  });
  expect(backups.map(({ name }) => name)).toEqual(['ours']);
}

describe('a request for a native backup, before anything is made,', () => {
  it('is rejected if it has a kind', async () => {
    await expect(world.create({ kind: 'full' })).rejects.toEqual(code('Validation'));
    await expectNothingMade();
  });

  it('is rejected if its table does not exist', async () => {
    await expect(world.create({ table: 'no-such-table' })).rejects.toEqual(code('TableNotFound'));
    await expectNothingMade();
  });

  it('is rejected if Tidemark does not run on AWS', async () => {
    const without = world.harness.restart();
    const input = { table: world.table, name: 'nowhere', source: 'native' } as const;
    await expect(without.operations.createBackup(input)).rejects.toMatchObject({
      code: 'Validation',
      message: expect.stringContaining('needs a deployment on AWS'),
    });
    await expectNothingMade();
  });
});

it('native backups count against the rate of requests', async () => {
  const { native, clock } = world.later(hour).services;
  const now = clock.now();
  const full = world.harness.restart({ native, clock: { ...clock, now: () => now } });
  const input = { table: world.table, name: 'many', source: 'native' } as const;
  await full.operations.createBackup(input);
  for (let n = 1; n < 50; n++)
    expect(await full.services.catalog.counters.admit('CreateBackup', 50)).toBe(true);
  await expect(full.operations.createBackup(input)).rejects.toEqual(code('LimitExceeded'));
  expect(world.natives.calls).toEqual(['create']);
});

describe('an error of DynamoDB for a native backup', () => {
  it.each(['TableNotFound', 'TableInUse', 'ContinuousBackupsUnavailable', 'LimitExceeded'] as const)(
    '%s is thrown at once, and is the reason of a failed backup that can be deleted',
    async (error) => {
      world.natives.failure = { error: new TidemarkError(error, 'the reason'), done: false };
      await expect(world.create()).rejects.toMatchObject({ code: error, message: 'the reason' });
      const { operations, services } = world.harness;
      const all = { table: world.table, limit: 10, includeFailed: true };
      const [, backup] = (await operations.listBackups(all)).backups;
      expect(backup).toMatchObject({ status: 'FAILED', reason: `${error}: the reason` });
      expect(await services.catalog.natives.listCreating()).toEqual([]);
      if (backup) await operations.deleteBackup(keyOf(backup));
      expect((await operations.listBackups(all)).backups).toHaveLength(1);
    },
  );

  it('does not prevent the schedule or the SDK from requesting the backup again', async () => {
    const { services } = world.harness;
    const delivery = {
      schedule: 'nightly',
      scheduledTime: '2026-11-21T00:00:00Z',
      source: 'native',
    } as const;
    const requests = [
      () => createScheduledBackup(services, { ...delivery, table: world.table }),
      () => world.create({ requestKey: 'invocation' }),
    ];
    for (const request of requests) {
      world.natives.failure = { error: new TidemarkError('LimitExceeded', 'for a moment'), done: false };
      await expect(request()).rejects.toEqual(code('LimitExceeded'));
      await expect(request()).rejects.toEqual(code('LimitExceeded'));
      world.natives.failure = undefined;
      const made = await request();
      expect(made.status).toBe('CREATING');
      expect((await request()).id).toBe(made.id);
    }
    expect(world.natives.backups.size).toBe(2);
  });
});

describe('deleting a native backup', () => {
  it('deletes it at DynamoDB and then its record, and nothing else', async () => {
    const { operations, services } = world.harness;
    const backup = await world.createAvailable();
    expect(await operations.deleteBackup(keyOf(backup))).toEqual(backup);
    expect(world.natives.backups.size).toBe(0);
    await expect(operations.deleteBackup(keyOf(backup))).rejects.toEqual(code('BackupNotFound'));
    expect(await services.catalog.snapshots.get(keyOf(backup))).toBeUndefined();
    expect((await operations.listBackups({ table: world.table, limit: 10 })).backups).toHaveLength(1);
  });

  it('throws BackupInUse while DynamoDB makes or restores it', async () => {
    const backup = await world.create();
    const { operations } = world.harness;
    await expect(operations.deleteBackup(keyOf(backup))).rejects.toEqual(code('BackupInUse'));
    world.natives.finish();
    for (const native of world.natives.backups.values()) native.inUse = true;
    await expect(operations.deleteBackup(keyOf(backup))).rejects.toEqual(code('BackupInUse'));
    expect(await world.describe(backup)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('succeeds if DynamoDB no longer has it', async () => {
    const backup = await world.createAvailable();
    await world.reconcile();
    world.natives.backups.clear();
    await world.harness.operations.deleteBackup(keyOf(backup));
    await expect(world.describe(backup)).rejects.toEqual(code('BackupNotFound'));
  });
});

describe('a native backup of a schedule', () => {
  it('is deleted with its record when it expires, unless it is in use', async () => {
    const delivery = { schedule: 'nightly', keepDays: 2, scheduledTime: '2026-11-21T03:00:00Z' } as const;
    const { services } = world.harness;
    const request = { ...delivery, source: 'native', table: world.table } as const;
    const backup = await createScheduledBackup(services, request);
    expect((await createScheduledBackup(services, request)).id).toBe(backup.id);
    world.natives.finish();
    await world.reconcile(47 * hour);
    expect(await world.describe(backup)).toMatchObject({ status: 'AVAILABLE', name: 'nightly' });
    for (const native of world.natives.backups.values()) native.inUse = true;
    await world.reconcile(49 * hour);
    expect(await world.describe(backup)).toMatchObject({ status: 'AVAILABLE' });
    for (const native of world.natives.backups.values()) native.inUse = false;
    await world.reconcile(49 * hour);
    await expect(world.describe(backup)).rejects.toEqual(code('BackupNotFound'));
    expect(world.natives.backups.size).toBe(0);
  });
});

describe('a head about to leave the range of its stream', () => {
  it('is moved forward even if native backups were made since', async () => {
    const head = await headOf();
    const evening = world.later(9 * hour);
    await evening.operations.createBackup({ table: world.table, name: 'now', source: 'native' });
    await world.reconcile(9 * hour);
    expect(await headOf()).not.toBe(head);
  });

  it('is not moved forward if the table has only native backups', async () => {
    const { operations } = world.harness;
    const [ours] = (await operations.listBackups({ table: world.table, limit: 1 })).backups;
    await world.createAvailable();
    if (ours) await operations.deleteBackup(keyOf(ours));
    const head = await headOf();
    await world.reconcile(9 * hour);
    expect(await headOf()).toBe(head);
  });
});
