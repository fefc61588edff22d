import { expect, test } from 'vitest';
import { expectError, type Json } from '../../support/wire/http.ts';
import { eventually, useRuntime } from '../../support/wire/support.ts';

/* Facts of the real service about the backup that it makes of a table which is deleted while its recovery is on. */

const wire = useRuntime();

const dayMs = 24 * 60 * 60 * 1000;

const listOf = async (TableName: string, BackupType?: string): Promise<Json[]> => {
  const { BackupSummaries } = await wire.ok('ListBackups', { TableName, BackupType });
  return BackupSummaries as Json[];
};

/** Deletes a table with recovery on. Returns the system backup that DynamoDB makes, and the table's content. */
async function deleteRecoverable(name: string): Promise<{ table: string; content: string[]; left: Json }> {
  const table = await wire.createRecoverableTable(name);
  await wire.fill(table, 60);
  await wire.waitUntilRestorable(table);
  await wire.fill(table, 5, 'last', 58);
  const content = await wire.readContent(table);
  expect(await wire.ok('DeleteTable', { TableName: table })).toMatchObject({
    TableDescription: { TableStatus: 'DELETING' },
  });
  await eventually(async () => (await wire.call('DescribeTable', { TableName: table })).status === 400);
  // The table goes once the backup has read it, which is before the backup ends.
  const [making = {}] = await listOf(table, 'SYSTEM');
  await wire.waitUntilAvailable(String(making['BackupArn']));
  const [left = {}] = await listOf(table, 'SYSTEM');
  return { table, content, left };
}

test('deleting a table with recovery on makes a system backup of its whole content', async () => {
  const before = wire.clock.now();
  const { table, content, left } = await deleteRecoverable('left');
  expect(left).toMatchObject({
    BackupName: `${table}$DeletedTableBackup`,
    BackupArn: expect.stringMatching(/\/backup\/\d{14}-00000000$/) as string,
    BackupType: 'SYSTEM',
    BackupStatus: 'AVAILABLE',
    TableName: table,
  });
  const [created, expires] = [Number(left['BackupCreationDateTime']), Number(left['BackupExpiryDateTime'])];
  expect(created * 1000).toBeGreaterThanOrEqual(before);
  expect(Math.abs(expires * 1000 - (created * 1000 + 35 * dayMs))).toBeLessThan(5000);
  expect(await wire.describeBackup(String(left['BackupArn']))).toMatchObject({ BackupType: 'SYSTEM' });
  const restored = await wire.restoreTable(String(left['BackupArn']), 'left-restored');
  expect(await wire.readContent(restored)).toEqual(content);
});

test('a system backup is in lists of its type and of all types, and not in those of type USER', async () => {
  const { table, left } = await deleteRecoverable('listed');
  const arns = async (type?: string) => (await listOf(table, type)).map(({ BackupArn }) => BackupArn);
  for (const type of [undefined, 'USER', 'AWS_BACKUP']) expect([type, await arns(type)]).toEqual([type, []]);
  for (const type of ['SYSTEM', 'ALL']) expect([type, await arns(type)]).toEqual([type, [left['BackupArn']]]);
});

test('a system backup cannot be deleted, and the refusal says when it expires', async () => {
  const { left } = await deleteRecoverable('kept');
  const BackupArn = String(left['BackupArn']);
  const expiry = new Date(Number(left['BackupExpiryDateTime']) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  expectError(
    await wire.call('DeleteBackup', { BackupArn }),
    'ValidationException',
    `Invalid Request: User is not allowed to delete the system backup with arn ${BackupArn}. ` +
      `It will automatically expire on ${expiry}`,
  );
  expect(await wire.describeBackup(BackupArn)).toMatchObject({ BackupStatus: 'AVAILABLE' });
});

test('no system backup is made of a table without recovery, nor by a refused deletion', async () => {
  const off = await wire.createRecoverableTable('off');
  await wire.switchRecovery(off, false);
  await wire.dropTable(off);
  expect(await listOf(off, 'ALL')).toEqual([]);
  const guarded = await wire.createRecoverableTable('guarded');
  await wire.ok('UpdateTable', { TableName: guarded, DeletionProtectionEnabled: true });
  expect((await wire.call('DeleteTable', { TableName: guarded })).status).toBe(400);
  expect(await listOf(guarded, 'ALL')).toEqual([]);
});
