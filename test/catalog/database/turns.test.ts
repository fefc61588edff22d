import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Catalog, openCatalog } from '../../../lambda/catalog/catalog.ts';
import { CatalogTable } from '../../../lambda/catalog/catalog-table.ts';
import { keys } from '../../../lambda/catalog/schema.ts';
import type { Claim } from '../../../lambda/catalog/turn-writes.ts';
import { createBackupId } from '../../../lambda/model/ids.ts';
import { systemClock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { useDatabase } from '../../support/database.ts';
import { commitOf, newBackup } from '../../support/catalog/new-backup.ts';

const database = useDatabase();
let catalog: Catalog;
beforeAll(async () => {
  await createCatalog(database.dynamodb, 'catalog');
  catalog = openCatalog(database.dynamodb, 'catalog', systemClock, randomIds);
});
afterEach(() => vi.restoreAllMocks());

/** Catalogs a backup of a new table whose execution has the turn. */
async function takeTurn(): Promise<Claim> {
  const { backup } = await catalog.backups.create(newBackup(`table-${randomUUID()}`));
  const claim = { table: backup.table.name, backup: backup.id, execution: backup.id };
  expect(await catalog.turns.take(claim)).toBe('taken');
  return claim;
}

describe('failing a backup whose execution has the turn', () => {
  const documents = () => DynamoDBDocumentClient.from(database.dynamodb);

  it.each(['AVAILABLE', 'FAILED', 'DELETED'])(
    'frees the turn and changes nothing else if the backup is %s',
    async (status) => {
      const claim = await takeTurn();
      await documents().send(
        new UpdateCommand({
          TableName: 'catalog',
          Key: { ...keys.backup(claim.table, claim.backup) },
          UpdateExpression: 'SET #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': status },
        }),
      );
      expect(await catalog.turns.fail(claim, 'it stopped')).toBe(false);
      expect(await catalog.turns.getTable(claim.table)).not.toHaveProperty('turn');
      expect(await catalog.backups.get({ table: claim.table, id: claim.backup })).not.toHaveProperty(
        'reason',
      );
      const next = (await catalog.backups.create(newBackup(claim.table))).backup;
      const nextClaim = { table: claim.table, backup: next.id, execution: next.id };
      expect(await catalog.turns.take(nextClaim)).toBe('taken');
    },
  );

  it('frees the turn if the backup has no record', async () => {
    const claim = await takeTurn();
    const Key = { ...keys.backup(claim.table, claim.backup) };
    await documents().send(new DeleteCommand({ TableName: 'catalog', Key }));
    expect(await catalog.turns.fail(claim, 'it stopped')).toBe(false);
    expect(await catalog.turns.getTable(claim.table)).toMatchObject({ pending: [] });
  });
});

describe('a call on a turn whose every write is refused ends with an error:', () => {
  it.each<[string, (claim: Claim) => Promise<unknown>]>([
    ['pinning a parent', (claim) => catalog.turns.pinParent(claim, createBackupId(1, '00000000'))],
    ['failing the backup', (claim) => catalog.turns.fail(claim, 'it stopped')],
    ['committing the backup', (claim) => catalog.turns.commit(commitOf(claim))],
  ])('%s', async (_name, call) => {
    const claim = await takeTurn();
    const writes = vi.spyOn(CatalogTable.prototype, 'transact').mockResolvedValue([true, true, true, true]);
    await expect(call(claim)).rejects.toThrow(/turn of (this )?table/);
    expect(writes.mock.calls.length).toBeLessThanOrEqual(20);
  });

  it('taking a free turn', async () => {
    const { backup } = await catalog.backups.create(newBackup(`table-${randomUUID()}`));
    const writes = vi.spyOn(CatalogTable.prototype, 'transact').mockResolvedValue([true]);
    const claim = { table: backup.table.name, backup: backup.id, execution: backup.id };
    await expect(catalog.turns.take(claim)).rejects.toThrow(/changed 20 times/);
    expect(writes.mock.calls.length).toBe(20);
  });
});
