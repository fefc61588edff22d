import { expect, test } from 'vitest';
import { expectError, type Json } from '../../../support/wire/http.ts';
import { useRuntime, eventually, simpleTable } from '../../../support/wire/support.ts';

const wire = useRuntime();

const statusOf = async (TableName: string): Promise<unknown> => {
  const { status, json } = await wire.call('DescribeTable', { TableName });
  return status === 200 ? (json['Table'] as Json)['TableStatus'] : 'gone';
};

const put = (TableName: string) =>
  wire.call('PutItem', { TableName, Item: { id: { S: 'own' }, note: { S: 'mine' } } });

test.each(['the first backup', 'a later backup'])(
  '%s of a table that is deleted right after the request holds the whole table',
  async (which) => {
    const table = await wire.createTable(`deleted-${which.length}`);
    await wire.fill(table, 200);
    if (which.startsWith('a later')) await wire.backUp(table);
    await wire.fill(table, 50, 'second', 180);
    const content = await wire.readContent(table);
    const arns = [await wire.createBackup(table), await wire.createBackup(table)];
    const { TableDescription } = await wire.ok('DeleteTable', { TableName: table });
    expect(TableDescription).toMatchObject({ TableName: table, TableStatus: 'DELETING' });
    for (const arn of arns) await wire.waitUntilAvailable(arn);
    await eventually(async () => (await statusOf(table)) === 'gone');
    for (const [i, arn] of arns.entries()) {
      const restored = await wire.restoreTable(arn, `${which.length}-restored-${i}`);
      expect(await wire.readContent(restored)).toEqual(content);
    }
  },
);

test('a table that is being deleted accepts no writes and no second deletion, and its name cannot be used', async () => {
  const table = await wire.createTable('going');
  await wire.fill(table, 300);
  const arn = await wire.createBackup(table);
  await wire.ok('DeleteTable', { TableName: table });
  const answers = await Promise.all([
    statusOf(table),
    put(table),
    wire.call('DeleteTable', { TableName: table }),
    wire.call('CreateTable', { TableName: table, ...simpleTable }),
  ]);
  const [status, written, deleted, created] = answers;
  const inUse = `Attempt to change a resource which is still in use: Table is being deleted: ${table}`;
  expect(status).toBe('DELETING');
  expectError(written, 'ResourceNotFoundException', 'Requested resource not found');
  for (const answer of [deleted, created]) expectError(answer, 'ResourceInUseException', inUse);
  const details = await wire.waitUntilAvailable(arn);
  expect(details['Tidemark']).toMatchObject({ Figures: { Items: 300 } });
  await eventually(async () => (await statusOf(table)) === 'gone');
  await wire.createTable('going');
});

test('a table for which no backup is being made is deleted immediately', async () => {
  const table = await wire.createTable('idle');
  await wire.backUp(table);
  await wire.ok('DeleteTable', { TableName: table });
  expect(await statusOf(table)).toBe('gone');
});

test('a table that is being restored accepts no call that changes it, and then equals its backup', async () => {
  const source = await wire.createTable('source');
  await wire.fill(source, 300);
  const arn = await wire.backUp(source);
  const target = wire.uniqueName('guarded');
  await wire.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target });
  // Only once: the restore may end at any time, and then the table may be deleted.
  const deleted = await wire.call('DeleteTable', { TableName: target });
  const created = await wire.call('CreateTable', { TableName: target, ...simpleTable });
  const inUse = 'Attempt to change a resource which is still in use: Table is being';
  expectError(deleted, 'ResourceInUseException', `${inUse} created: ${target}`);
  expectError(created, 'ResourceInUseException', `${inUse} used: ${target}`);
  await eventually(async () => {
    const written = await put(target);
    if (written.status === 200) return true;
    expectError(written, 'ResourceNotFoundException', 'Requested resource not found');
    return false;
  });
  await wire.ok('DeleteItem', { TableName: target, Key: { id: { S: 'own' } } });
  expect(await statusOf(target)).toBe('ACTIVE');
  expect(await wire.readContent(target)).toEqual(await wire.readContent(source));
});
