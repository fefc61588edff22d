import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseBackupArn } from '../../../lambda/model/backup-arn.ts';
import type { ListBackupsInput } from '../../../lambda/operations/list-backups.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { useDatabase } from '../../support/database.ts';
import { createNativeWorld, type NativeWorld } from '../../support/native/world.ts';

/* DynamoDB's own backups that Tidemark has not requested: by hand, by AWS Backup, of deleted tables. */

const database = useDatabase();
let world: NativeWorld;
let tableArn: string;
beforeEach(async () => {
  world = await createNativeWorld(database);
  const [ours] = await list({});
  tableArn = String(ours?.table.arn);
});
afterEach(() => world.harness.close());

const keyOf = (arn: string) => {
  const { table, id } = parseBackupArn(arn) ?? {};
  if (table === undefined || id === undefined) throw new Error('not the ARN of a backup');
  return { table, id, arn };
};

async function list(query: Partial<ListBackupsInput>): Promise<readonly BackupRecord[]> {
  return (await world.harness.operations.listBackups({ table: world.table, limit: 50, ...query })).backups;
}
const namesOf = async (query: Partial<ListBackupsInput>) => (await list(query)).map(({ name }) => name);

/** Makes a backup at DynamoDB, later than all before. */
function addForeign(name: string, type?: BackupRecord['type']): string {
  database.clock.advance(10);
  const arn = world.natives.addForeign(tableArn, name, type);
  database.clock.advance(10);
  return arn;
}

describe('a backup of DynamoDB that Tidemark has not requested', () => {
  it('is described, and restored by DynamoDB', async () => {
    const arn = addForeign('by-hand');
    const { operations } = world.harness;
    expect(await operations.describeBackup(keyOf(arn))).toMatchObject({
      arn,
      name: 'by-hand',
      source: 'native',
      status: 'AVAILABLE',
    });
    const target = `${world.table}-restored`;
    expect(await operations.restoreTable({ backup: keyOf(arn), target, requestedBy: 'ada' })).toEqual({
      table: { TableName: target },
    });
    expect(world.natives.restores).toEqual([{ arn, target, overrides: {}, requestedBy: 'ada' }]);
  });

  it('is found by an ARN of another region, as by DynamoDB itself', async () => {
    const arn = addForeign('by-hand');
    const elsewhere = arn.replace(/^(arn:aws:dynamodb:)[^:]+/, '$1us-west-2');
    expect(await world.harness.operations.describeBackup(keyOf(elsewhere))).toMatchObject({ arn });
  });

  it('is not deleted by Tidemark, which uses DynamoDB’s words for that of a deleted table', async () => {
    const { operations } = world.harness;
    const [byHand, ofDeleted] = [addForeign('by-hand'), addForeign('gone$DeletedTableBackup', 'SYSTEM')];
    await expect(operations.deleteBackup(keyOf(byHand))).rejects.toMatchObject({
      code: 'Validation',
      message: expect.stringContaining('delete it where it was made') as string,
    });
    await expect(operations.deleteBackup(keyOf(ofDeleted))).rejects.toMatchObject({
      code: 'Validation',
      message: expect.stringMatching(
        /^Invalid Request: User is not allowed to delete the system backup with arn .* automatically expire on /,
      ) as string,
    });
    expect(world.natives.calls).not.toContain('delete');
  });

  it('is not read from DynamoDB if Tidemark has deleted its own backup of that ARN, or may not use the table', async () => {
    const { operations } = world.harness;
    const [ours] = await list({});
    if (ours === undefined) throw new Error('there is no backup');
    await operations.deleteBackup(keyOf(ours.arn));
    await expect(operations.describeBackup(keyOf(ours.arn))).rejects.toMatchObject({
      code: 'BackupNotFound',
    });
    const arn = addForeign('by-hand');
    const bounded = world.harness.restart({ native: world.natives, config: { tables: ['another-*'] } });
    await expect(bounded.operations.describeBackup(keyOf(arn))).rejects.toMatchObject({
      code: 'BackupNotFound',
    });
    expect((await bounded.operations.listBackups({ table: world.table, limit: 9 })).backups).toEqual([]);
  });
});

describe('a list of backups', () => {
  it('has those of each type among Tidemark’s own, in the order of creation', async () => {
    addForeign('by-hand');
    addForeign('gone$DeletedTableBackup', 'SYSTEM');
    addForeign('by-plan', 'AWS_BACKUP');
    await world.createAvailable();
    expect(await namesOf({})).toEqual(['ours', 'by-hand', 'a-native']);
    expect(await namesOf({ type: 'SYSTEM' })).toEqual(['gone$DeletedTableBackup']);
    expect(await namesOf({ type: 'AWS_BACKUP' })).toEqual(['by-plan']);
    expect(await namesOf({ type: 'ALL' })).toEqual([
      'ours',
      'by-hand',
      'gone$DeletedTableBackup',
      'by-plan',
      'a-native',
    ]);
  });

  it.each([1, 2, 3])('has each of them once on pages of %i, the last without a cursor', async (limit) => {
    for (const name of ['first', 'second', 'third']) {
      addForeign(name);
      await world.createAvailable();
    }
    const all = await namesOf({});
    expect(all).toHaveLength(7);
    const names: string[] = [];
    let page = await world.harness.operations.listBackups({ table: world.table, limit });
    names.push(...page.backups.map(({ name }) => name));
    for (let calls = 0; page.last !== undefined && calls < 20; calls++) {
      const { table: _table, ...after } = { ...page.last };
      page = await world.harness.operations.listBackups({
        table: world.table,
        limit,
        after: { table: world.table, ...after },
      });
      names.push(...page.backups.map(({ name }) => name));
    }
    expect(names).toEqual(all);
    expect(page.last).toBeUndefined();
  });
});
