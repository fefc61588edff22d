import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import type { Claim } from '../../../lambda/catalog/turn-writes.ts';
import type { BackupId } from '../../../lambda/model/ids.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { commitOf, newBackup } from '../../support/catalog/new-backup.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
let catalog: Catalog;
beforeAll(async () => {
  await createCatalog(database.dynamodb, 'catalog');
  catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
});

/** Requests a backup of the table and takes the turn for it. */
async function takeTurn(table: string): Promise<Claim> {
  const { backup } = await catalog.backups.create(newBackup(table));
  const claim = { table, backup: backup.id, execution: backup.id };
  expect(await catalog.turns.take(claim)).toBe('taken');
  return claim;
}

/** Makes a snapshot of the table, which becomes the head after the head `headSeen`. */
async function makeSnapshot(table: string, headSeen?: BackupId): Promise<BackupId> {
  const claim = await takeTurn(table);
  await catalog.turns.commit({ ...commitOf(claim), headSeen });
  return claim.backup;
}

/** Makes two snapshots of a new table, and takes the turn for a third one. */
async function makeTwo(): Promise<{ table: string; older: BackupId; head: BackupId; claim: Claim }> {
  const table = `table-${randomUUID()}`;
  const older = await makeSnapshot(table);
  const head = await makeSnapshot(table, older);
  return { table, older, head, claim: await takeTurn(table) };
}

async function deleteBackup(table: string, id: BackupId): Promise<void> {
  const backup = await catalog.backups.get({ table, id });
  if (backup === undefined) throw new Error('there is no such backup');
  await catalog.snapshots.deleteBackup(backup);
}

async function isAlive(table: string, id: BackupId): Promise<boolean | undefined> {
  return (await catalog.snapshots.get({ table, id }))?.alive;
}

describe('a snapshot whose backup is deleted', () => {
  it('stays alive while it is pinned for another backup, and can die once that has ended', async () => {
    const { table, older, claim } = await makeTwo();
    expect(await catalog.turns.pinParent(claim, older)).toBe(true);
    await deleteBackup(table, older);
    await catalog.snapshots.kill({ table, id: older });
    expect(await isAlive(table, older)).toBe(true);
    await catalog.turns.fail(claim, 'given up');
    await catalog.snapshots.kill({ table, id: older });
    expect(await isAlive(table, older)).toBe(false);
  });

  it('stays alive while it is the head of its table, and can die once another one is', async () => {
    const { table, head, claim } = await makeTwo();
    await deleteBackup(table, head);
    expect(await isAlive(table, head)).toBe(true);
    await catalog.turns.commit({ ...commitOf(claim), headSeen: head });
    await catalog.snapshots.kill({ table, id: head });
    expect(await isAlive(table, head)).toBe(false);
  });

  it('cannot be pinned once it is dead', async () => {
    const { table, older, claim } = await makeTwo();
    await deleteBackup(table, older);
    expect(await isAlive(table, older)).toBe(false);
    expect(await catalog.turns.pinParent(claim, older)).toBe(false);
    expect(await catalog.turns.getTable(table)).not.toHaveProperty('turn.parent');
    expect(await catalog.snapshots.get({ table, id: older })).not.toHaveProperty('pins');
  });
});

it('a snapshot whose backup is not deleted does not die, even if nothing holds it', async () => {
  const { table, older } = await makeTwo();
  await catalog.snapshots.kill({ table, id: older });
  expect(await isAlive(table, older)).toBe(true);
});

it.each(['an older snapshot', 'no snapshot'])(
  'a backup that saw %s as the head is not committed after the head has moved, and leaves the head as it is',
  async (seen) => {
    const { table, older, head, claim } = await makeTwo();
    const headSeen = seen === 'no snapshot' ? undefined : older;
    await expect(catalog.turns.commit({ ...commitOf(claim), headSeen })).rejects.toMatchObject({
      code: 'TurnLost',
    });
    expect((await catalog.turns.getTable(table))?.head?.snapshot).toBe(head);
    expect((await catalog.backups.get({ table, id: claim.backup }))?.status).toBe('CREATING');
    expect(await isAlive(table, claim.backup)).toBeUndefined();
  },
);
