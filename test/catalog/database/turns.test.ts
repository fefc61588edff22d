import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CatalogTable } from '../../../lambda/catalog/catalog-table.ts';
import { keys } from '../../../lambda/catalog/schema.ts';
import type { Claim } from '../../../lambda/catalog/turn-writes.ts';
import { type BackupId, createBackupId } from '../../../lambda/model/ids.ts';
import { commitOf, newBackup } from '../../support/catalog/new-backup.ts';
import { useCatalog } from '../../support/catalog/use-catalog.ts';

const used = useCatalog();
afterEach(() => vi.restoreAllMocks());

const lost = { code: 'TurnLost' };

/** Makes the next call that reads the table's record read it as it was before `happens`. */
async function readBefore(table: string, happens: () => Promise<unknown>): Promise<void> {
  const stale = await used.catalog.turns.getTable(table);
  await happens();
  vi.spyOn(used.catalog.turns, 'getTable').mockResolvedValueOnce(stale);
}

async function pinsOf(table: string, id: BackupId): Promise<ReadonlySet<string> | undefined> {
  return (await used.catalog.snapshots.get({ table, id }))?.pins;
}

describe('taking a turn', () => {
  it('is refused to a backup while an earlier one waits', async () => {
    const table = `table-${randomUUID()}`;
    const [first, second] = [await used.request(table), await used.request(table)];
    expect(await used.catalog.turns.take(second)).toBe('earlier');
    expect(await used.catalog.turns.take(first)).toBe('taken');
  });

  it('succeeds again for the execution that holds the turn, and is refused to another one', async () => {
    const claim = await used.takeTurn();
    expect(await used.catalog.turns.take(claim)).toBe('taken');
    expect(await used.catalog.turns.take({ ...claim, execution: 'another' })).toBe('busy');
  });

  it('is refused to a backup that has ended since its execution read the record', async () => {
    const table = `table-${randomUUID()}`;
    const claim = await used.request(table);
    await readBefore(table, async () => {
      await used.catalog.turns.take(claim);
      await used.catalog.turns.fail(claim, 'given up');
    });
    expect(await used.catalog.turns.take(claim)).toBe('over');
    expect(await used.catalog.turns.getTable(table)).not.toHaveProperty('turn');
  });
});

describe('granting the turn to the next backup', () => {
  it('starts the earliest waiting backup in a new execution', async () => {
    const table = `table-${randomUUID()}`;
    const [first] = [await used.request(table), await used.request(table)];
    const granted = await used.catalog.turns.grant({ table });
    expect(granted).toEqual({ table, backup: first.backup, execution: `${first.backup}-2` });
    expect(await used.catalog.turns.take(granted as Claim)).toBe('taken');
  });

  it('does nothing while an execution holds the turn', async () => {
    const claim = await used.takeTurn();
    await used.request(claim.table);
    expect(await used.catalog.turns.grant(claim)).toBeUndefined();
    expect(await used.catalog.turns.take(claim)).toBe('taken');
  });

  it('does nothing for a backup that has ended', async () => {
    const claim = await used.request(`table-${randomUUID()}`);
    await used.setStatus(claim, 'FAILED');
    expect(await used.catalog.turns.grant(claim)).toBeUndefined();
  });

  it('releases the pin of a dead execution whose turn it takes, and so does the next grant', async () => {
    const { table, older, claim } = await used.makeTwo();
    await used.catalog.turns.pinParent(claim, older);
    const dead = (await used.catalog.turns.getTable(table))?.turn;
    const second = (await used.catalog.turns.grant({ table }, dead)) as Claim;
    expect(await pinsOf(table, older)).toBeUndefined();
    await used.catalog.turns.pinParent(second, older);
    expect(await pinsOf(table, older)).toEqual(new Set([second.execution]));
    await used.catalog.turns.fail(second, 'given up');
    expect(await pinsOf(table, older)).toBeUndefined();
  });
});

describe('pinning a parent', () => {
  it('releases the parent that was pinned before', async () => {
    const { table, older, head, claim } = await used.makeTwo();
    for (const parent of [older, older, head])
      expect(await used.catalog.turns.pinParent(claim, parent)).toBe(true);
    expect([await pinsOf(table, older), await pinsOf(table, head)]).toEqual([
      undefined,
      new Set([claim.execution]),
    ]);
  });

  it('succeeds although a twin has pinned another parent since the record was read', async () => {
    const { table, older, head, claim } = await used.makeTwo();
    await readBefore(table, () => used.catalog.turns.pinParent(claim, older));
    expect(await used.catalog.turns.pinParent(claim, head)).toBe(true);
    expect([await pinsOf(table, older), await pinsOf(table, head)]).toEqual([
      undefined,
      new Set([claim.execution]),
    ]);
  });
});

describe('a commit', () => {
  it('is refused to an execution that has lost the turn', async () => {
    const claim = await used.takeTurn();
    const turn = (await used.catalog.turns.getTable(claim.table))?.turn;
    await used.catalog.turns.grant(claim, turn);
    await expect(used.catalog.turns.commit(commitOf(claim))).rejects.toMatchObject(lost);
  });

  it.each(['AVAILABLE', 'DELETED'])('that is repeated does nothing once the backup is %s', async (status) => {
    const claim = await used.takeTurn();
    await used.catalog.turns.commit(commitOf(claim));
    if (status === 'DELETED') await used.deleteBackup(claim.table, claim.backup);
    const before = await used.getBackup(claim.table, claim.backup);
    await used.catalog.turns.commit(commitOf(claim));
    expect(await used.getBackup(claim.table, claim.backup)).toEqual(before);
  });

  it('is refused for a backup that has failed', async () => {
    const claim = await used.takeTurn();
    await used.setStatus(claim, 'FAILED');
    await expect(used.catalog.turns.commit(commitOf(claim))).rejects.toMatchObject(lost);
    expect(await used.getBackup(claim.table, claim.backup)).toMatchObject({ status: 'FAILED' });
  });

  it('leaves the head unchanged if its content is of an earlier time', async () => {
    const { table, head, claim } = await used.makeTwo();
    await used.catalog.turns.commit({ ...commitOf(claim), headSeen: head, asOf: 1 });
    expect((await used.catalog.turns.getTable(table))?.head?.snapshot).toBe(head);
  });

  it('is refused if its parent is dead, even if another snapshot is pinned for it', async () => {
    const { table, older, head, claim } = await used.makeTwo();
    await used.catalog.turns.pinParent(claim, head);
    await used.deleteBackup(table, older);
    const { result } = commitOf(claim);
    const commit = { ...commitOf(claim), headSeen: head, result: { ...result, parent: older } };
    await expect(used.catalog.turns.commit(commit)).rejects.toMatchObject({ code: 'CutUnreachable' });
    // The snapshot holds the content of an earlier time, and saw its parent as the head.
    const ofEarlierTime = { ...commit, headSeen: older, asOf: 1 };
    await expect(used.catalog.turns.commit(ofEarlierTime)).rejects.toMatchObject({ code: 'CutUnreachable' });
  });
});

describe('the run up to which a table’s runs are distrusted', () => {
  it('moves to a later damaged run, and stays at a later one when an earlier run is damaged', async () => {
    const { table, older, head } = await used.makeTwo();
    const note = (upTo: BackupId) =>
      used.catalog.turns.distrust({ table }, { upTo, reason: upTo, seenAt: 1 });
    for (const upTo of [older, head, older]) await note(upTo);
    expect((await used.catalog.turns.getTable(table))?.distrust).toMatchObject({ upTo: head });
  });
});

describe('failing a backup whose execution holds the turn', () => {
  it.each(['AVAILABLE', 'FAILED', 'DELETED'] as const)(
    'frees the turn and changes nothing else if the backup is %s',
    async (status) => {
      const claim = await used.takeTurn();
      await used.setStatus(claim, status);
      expect(await used.catalog.turns.fail(claim, 'it stopped')).toBe(false);
      expect(await used.catalog.turns.getTable(claim.table)).not.toHaveProperty('turn');
      expect(await used.catalog.backups.get({ table: claim.table, id: claim.backup })).not.toHaveProperty(
        'reason',
      );
      const next = (await used.catalog.backups.create(newBackup(claim.table))).backup;
      const nextClaim = { table: claim.table, backup: next.id, execution: next.id };
      expect(await used.catalog.turns.take(nextClaim)).toBe('taken');
    },
  );

  it('releases the parent that a twin has pinned since the record was read', async () => {
    const { table, older, claim } = await used.makeTwo();
    await readBefore(table, () => used.catalog.turns.pinParent(claim, older));
    expect(await used.catalog.turns.fail(claim, 'it stopped')).toBe(true);
    expect(await used.getBackup(table, claim.backup)).toMatchObject({ status: 'FAILED' });
    expect(await pinsOf(table, older)).toBeUndefined();
  });

  it('releases the parent if the backup had ended before', async () => {
    const { table, older, claim } = await used.makeTwo();
    await used.catalog.turns.pinParent(claim, older);
    await used.setStatus(claim, 'FAILED');
    expect(await used.catalog.turns.fail(claim, 'it stopped')).toBe(false);
    expect(await pinsOf(table, older)).toBeUndefined();
  });

  it('frees the turn if the backup has no record', async () => {
    const claim = await used.takeTurn();
    await used.deleteRow(keys.backup(claim.table, claim.backup));
    expect(await used.catalog.turns.fail(claim, 'it stopped')).toBe(false);
    expect(await used.catalog.turns.getTable(claim.table)).toMatchObject({ pending: [] });
  });
});

describe('a call on a turn ends with an error if DynamoDB refuses its every write:', () => {
  it.each<[string, (claim: Claim) => Promise<unknown>]>([
    ['pinning a parent', (claim) => used.catalog.turns.pinParent(claim, createBackupId(1, '00000000'))],
    ['failing the backup', (claim) => used.catalog.turns.fail(claim, 'it stopped')],
    ['committing the backup', (claim) => used.catalog.turns.commit(commitOf(claim))],
  ])('%s', async (_name, call) => {
    const claim = await used.takeTurn();
    const writes = vi.spyOn(CatalogTable.prototype, 'transact').mockResolvedValue([true, true, true, true]);
    await expect(call(claim)).rejects.toThrow(/turn of (this )?table/);
    expect(writes.mock.calls.length).toBeLessThanOrEqual(20);
  });

  it('taking a free turn', async () => {
    const { backup } = await used.catalog.backups.create(newBackup(`table-${randomUUID()}`));
    const writes = vi.spyOn(CatalogTable.prototype, 'transact').mockResolvedValue([true]);
    const claim = { table: backup.table.name, backup: backup.id, execution: backup.id };
    await expect(used.catalog.turns.take(claim)).rejects.toThrow(/changed 20 times/);
    expect(writes.mock.calls.length).toBe(20);
  });
});
