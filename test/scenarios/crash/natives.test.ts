import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { reconcileNative } from '../../../lambda/reconcile/reconcile-native.ts';
import { useDatabase } from '../../support/database.ts';
import { graceMs, keyOf, createNativeWorld, type NativeWorld } from '../../support/native/world.ts';

const database = useDatabase();
let world: NativeWorld;
beforeEach(async () => {
  world = await createNativeWorld(database);
});
afterEach(() => world.harness.close());

const error = new Error('the connection broke');

/** Requests a native backup, and dies before it records DynamoDB's answer. */
async function createAndCrash(): Promise<BackupRecord> {
  const { backups, natives } = world.harness.services.catalog;
  vi.spyOn(natives, 'adopt').mockRejectedValueOnce(error);
  await expect(world.create()).rejects.toBe(error);
  const [key] = await natives.listCreating();
  const backup = key && (await backups.get(key));
  if (backup === undefined) throw new Error('the backup was cataloged');
  return backup;
}

/** Expects the backup to be AVAILABLE in the end, and DynamoDB to have exactly one backup for it. */
async function expectOne(backup: BackupRecord): Promise<void> {
  world.natives.finish();
  expect(await world.describe(backup)).toMatchObject({ status: 'AVAILABLE' });
  const { nativeArn } = await world.describe(backup);
  expect([...world.natives.backups.keys()]).toEqual([nativeArn]);
}

describe('a native request that may not have reached DynamoDB', () => {
  it('returns a backup, waits for some minutes, and is sent again if DynamoDB has no such backup', async () => {
    world.natives.failure = { error, done: false };
    const backup = await world.create();
    expect(backup.status).toBe('CREATING');
    world.natives.failure = undefined;
    await world.reconcile(graceMs / 2);
    expect(world.natives.calls).toEqual(['create']);
    expect(await world.reconcile()).toBe(0);
    expect(world.natives.calls).toEqual(['create', 'find', 'create']);
    expect(await world.reconcile(3 * graceMs)).toBe(0);
    world.natives.finish();
    expect(await world.reconcile(3 * graceMs)).toBe(0);
    await expectOne(backup);
  });

  it('finds its backup at DynamoDB if only the answer was lost', async () => {
    world.natives.failure = { error, done: true };
    const backup = await world.create();
    world.natives.failure = undefined;
    await world.reconcile();
    expect(world.natives.calls).toEqual(['create', 'find']);
    await expectOne(backup);
  });

  it('finds its backup at DynamoDB if the answer came and was not recorded', async () => {
    const backup = await createAndCrash();
    expect(backup).not.toHaveProperty('nativeArn');
    await world.reconcile();
    expect(world.natives.calls).toEqual(['create', 'find']);
    await expectOne(backup);
  });

  it('is sent again only once by two concurrent reconcilers', async () => {
    world.natives.failure = { error, done: false };
    const backup = await world.create();
    const { services } = world.later(graceMs);
    await Promise.all([1, 2, 3].map(() => reconcileNative(services, keyOf(backup))));
    expect(world.natives.calls.filter((call) => call === 'create')).toHaveLength(2);
  });

  it('waits before the next attempt after it was sent again', async () => {
    world.natives.failure = { error, done: false };
    await world.create();
    await world.reconcile(graceMs);
    await world.reconcile(graceMs * 1.5);
    expect(world.natives.calls).toEqual(['create', 'find', 'create']);
    await world.reconcile(graceMs * 2.5);
    expect(world.natives.calls).toEqual(['create', 'find', 'create', 'find', 'create']);
  });

  it('is abandoned after five attempts, which count as one trouble', async () => {
    world.natives.failure = { error, done: false };
    const backup = await world.create();
    const troubles: number[] = [];
    for (let pass = 1; pass <= 7; pass++) troubles.push(await world.reconcile(2 * pass * graceMs));
    expect(troubles).toEqual([0, 0, 0, 0, 1, 0, 0]);
    expect(world.natives.calls.filter((call) => call === 'create')).toHaveLength(5);
    expect(await world.describe(backup)).toMatchObject({
      status: 'FAILED',
      reason: expect.stringContaining('after several requests'),
    });
  });

  it('fails if the table was deleted in the meantime, which counts as one trouble', async () => {
    world.natives.failure = { error, done: false };
    const backup = await world.create();
    world.natives.failure = undefined;
    world.natives.tables.clear();
    expect(await world.reconcile()).toBe(1);
    expect(await world.describe(backup)).toMatchObject({
      status: 'FAILED',
      reason: `TableNotFound: Table not found: ${world.table}`,
    });
    expect(await world.reconcile(3 * graceMs)).toBe(0);
    expect(world.natives.calls).toEqual(['create', 'find', 'create']);
  });
});

describe('a backup that DynamoDB made twice because its lists were out of date', () => {
  let backup: BackupRecord;
  beforeEach(async () => {
    world.natives.failure = { error, done: true };
    world.natives.lagging = true;
    backup = await world.create();
    world.natives.failure = undefined;
    await world.reconcile();
    world.natives.lagging = false;
  });

  it('becomes AVAILABLE once the other copy is complete and deleted', async () => {
    expect(world.natives.backups.size).toBe(2);
    expect(await world.reconcile(2 * graceMs)).toBe(0);
    expect(await world.harness.services.catalog.backups.get(keyOf(backup))).toMatchObject({
      status: 'CREATING',
    });
    world.natives.finish();
    await world.reconcile(2 * graceMs);
    await expectOne(backup);
  });

  it('stays CREATING while the lists lack it, because they may lack the other copy too', async () => {
    world.natives.finish();
    world.natives.lagging = true;
    await world.reconcile(2 * graceMs);
    expect(await world.describe(backup)).toMatchObject({ status: 'CREATING' });
    world.natives.lagging = false;
    await world.reconcile(2 * graceMs);
    await expectOne(backup);
  });

  it('fails if it was deleted, even if a list still shows it', async () => {
    world.natives.lagging = true;
    world.natives.backups.clear();
    expect(await world.reconcile(2 * graceMs)).toBe(1);
    expect(await world.describe(backup)).toMatchObject({ status: 'FAILED' });
  });

  it('stays CREATING when a caller describes it, because the caller may not see the lists', async () => {
    world.natives.finish();
    expect(await world.describe(backup)).toMatchObject({ status: 'CREATING' });
    await world.reconcile(2 * graceMs);
    await expectOne(backup);
  });
});

describe('a deletion that crashed after DynamoDB deleted its backup', () => {
  it('is completed when the caller requests it again', async () => {
    const backup = await world.createAvailable();
    await world.reconcile();
    const { nativeArn = '' } = backup;
    await world.natives.delete(nativeArn);
    await world.harness.operations.deleteBackup(keyOf(backup));
    expect(
      (await world.harness.operations.listBackups({ table: world.table, limit: 9 })).backups,
    ).toHaveLength(1);
  });
});
