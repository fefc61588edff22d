import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { keys } from '../../../lambda/catalog/schema.ts';
import { createRestoreId } from '../../../lambda/model/ids.ts';
import { commitOf, newBackup } from '../../support/catalog/new-backup.ts';
import { useCatalog } from '../../support/catalog/use-catalog.ts';

const used = useCatalog();

describe('a snapshot whose backup is deleted', () => {
  it('stays alive while it is pinned for another backup, and can die once that backup has ended', async () => {
    const { table, older, claim } = await used.makeTwo();
    expect(await used.catalog.turns.pinParent(claim, older)).toBe(true);
    await used.deleteBackup(table, older);
    await used.catalog.snapshots.kill({ table, id: older });
    expect(await used.isAlive(table, older)).toBe(true);
    await used.catalog.turns.fail(claim, 'given up');
    await used.catalog.snapshots.kill({ table, id: older });
    expect(await used.isAlive(table, older)).toBe(false);
  });

  it('stays alive while it is the head of its table, and can die once there is another head', async () => {
    const { table, head, claim } = await used.makeTwo();
    await used.deleteBackup(table, head);
    expect(await used.isAlive(table, head)).toBe(true);
    await used.catalog.turns.commit({ ...commitOf(claim), headSeen: head });
    await used.catalog.snapshots.kill({ table, id: head });
    expect(await used.isAlive(table, head)).toBe(false);
  });

  it('stays alive while a restore reads it, and its backup cannot be deleted until then', async () => {
    const { table, older } = await used.makeTwo();
    const backup = await used.getBackup(table, older);
    const request = { backup, target: `target-${table}`, description: backup.description };
    const restore = await used.catalog.restores.create(request);
    await expect(used.deleteBackup(table, older)).rejects.toMatchObject({ code: 'BackupInUse' });
    expect(await used.getBackup(table, older)).toEqual(backup);
    expect(await used.catalog.snapshots.get({ table, id: older })).not.toHaveProperty('released');
    await used.catalog.restores.end(restore, 'RESTORED');
    await used.deleteBackup(table, older);
    expect(await used.isAlive(table, older)).toBe(false);
  });

  it('stays alive while a restore that began before the deletion holds it', async () => {
    const { table, older } = await used.makeTwo();
    const backup = await used.getBackup(table, older);
    const { snapshots, restores } = used.catalog;
    vi.spyOn(snapshots, 'kill').mockResolvedValueOnce();
    await snapshots.deleteBackup(backup);
    await expect(
      restores.create({ backup, target: `target-${table}`, description: backup.description }),
    ).rejects.toMatchObject({ code: 'BackupNotFound' });
    const held = {
      ...(await snapshots.get({ table, id: older })),
      restores: new Set([createRestoreId(1, '00000000')]),
    };
    await used.putRow({ ...keys.snapshot(table, older), ...held });
    await snapshots.kill({ table, id: older });
    expect(await used.isAlive(table, older)).toBe(true);
  });

  it('cannot be pinned once it is dead', async () => {
    const { table, older, claim } = await used.makeTwo();
    await used.deleteBackup(table, older);
    expect(await used.isAlive(table, older)).toBe(false);
    expect(await used.catalog.turns.pinParent(claim, older)).toBe(false);
    expect(await used.catalog.turns.getTable(table)).not.toHaveProperty('turn.parent');
    expect(await used.catalog.snapshots.get({ table, id: older })).not.toHaveProperty('pins');
  });
});

describe('deleting a backup', () => {
  it('changes nothing if the backup’s status has changed since it was read', async () => {
    const claim = await used.takeTurn();
    const { table, backup: id } = claim;
    const stale = await used.getBackup(table, id);
    await used.catalog.turns.commit(commitOf(claim));
    await expect(used.catalog.snapshots.deleteBackup(stale)).rejects.toMatchObject({
      code: 'BackupNotFound',
    });
    expect(await used.getBackup(table, id)).toMatchObject({ status: 'AVAILABLE' });
  });

  it('also deletes the backup’s expiry record', async () => {
    const table = `table-${randomUUID()}`;
    const { backup } = await used.catalog.backups.create({ ...newBackup(table), expiresAt: 1000 });
    const claim = { table, backup: backup.id, execution: backup.id };
    expect(await used.catalog.backups.listExpired(2000)).toEqual([{ table, id: backup.id }]);
    await used.catalog.turns.take(claim);
    await used.catalog.turns.fail(claim, 'given up');
    await used.deleteBackup(table, backup.id);
    expect(await used.catalog.backups.listExpired(2000)).toEqual([]);
  });
});

it('the folder’s record stays if another backup of its table was deleted since it was read', async () => {
  const { backups, turns, snapshots } = used.catalog;
  const table = `table-${randomUUID()}`;
  const request = newBackup(table);
  const ids = [(await backups.create(request)).backup.id, (await backups.create(request)).backup.id] as const;
  for (const id of ids) {
    const claim = { table, backup: id, execution: id };
    await turns.take(claim);
    await turns.fail(claim, 'given up');
  }
  await used.deleteBackup(table, ids[0]);
  const [read] = (await snapshots.takeCensus(table)).folders;
  if (read === undefined) throw new Error('there is no note');
  await vi.waitUntil(() => Date.now() > read.since, { interval: 1 });
  await used.deleteBackup(table, ids[1]);
  await snapshots.forgetFolder(table, read);
  const [left] = (await snapshots.takeCensus(table)).folders;
  expect(left?.since).toBeGreaterThan(read.since);
  if (left !== undefined) await snapshots.forgetFolder(table, left);
  expect((await snapshots.takeCensus(table)).folders).toEqual([]);
});

it('the damage of a snapshot that was seen first stays on its record', async () => {
  const { table, head: id } = await used.makeTwo();
  await used.catalog.snapshots.noteDamage({ table, id }, { reason: 'a flipped bit', seenAt: 1 });
  await used.catalog.snapshots.noteDamage({ table, id }, { reason: 'a lost run', seenAt: 2 });
  const snapshot = await used.catalog.snapshots.get({ table, id });
  expect(snapshot?.damage).toEqual({ reason: 'a flipped bit', seenAt: 1 });
});

it('a snapshot whose backup is not deleted stays alive, even if nothing holds it', async () => {
  const { table, older } = await used.makeTwo();
  await used.catalog.snapshots.kill({ table, id: older });
  expect(await used.isAlive(table, older)).toBe(true);
});

it.each(['an older snapshot', 'no snapshot'])(
  'a backup that saw %s as the head is not committed once the head has moved, and leaves the head unchanged',
  async (seen) => {
    const { table, older, head, claim } = await used.makeTwo();
    const headSeen = seen === 'no snapshot' ? undefined : older;
    await expect(used.catalog.turns.commit({ ...commitOf(claim), headSeen })).rejects.toMatchObject({
      code: 'TurnLost',
    });
    expect((await used.catalog.turns.getTable(table))?.head?.snapshot).toBe(head);
    expect((await used.catalog.backups.get({ table, id: claim.backup }))?.status).toBe('CREATING');
    expect(await used.isAlive(table, claim.backup)).toBeUndefined();
  },
);
