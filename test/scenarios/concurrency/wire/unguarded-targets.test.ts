import { expect, test } from 'vitest';
import { useDeployment } from '../../../support/wire/deployment.ts';
import { expectNoFault } from '../../../support/wire/http.ts';
import { eventually, simpleTable } from '../../../support/wire/support.ts';

/**
 * Calls reach the database directly, as applications call DynamoDB next to a deployment: no guard protects the
 * target of a restore.
 */
const { wire } = useDeployment({ config: { base: 'scan' } });

const tryCreateTable = async (TableName: string): Promise<boolean> =>
  (await wire.call('CreateTable', { TableName, ...simpleTable })).status === 200;

/** Writes to the table as its user would. */
const write = (TableName: string) =>
  wire.ok('PutItem', { TableName, Item: { id: { S: 'own' }, note: { S: 'mine' } } });

/** Waits until no restore uses the backup, and deletes it. */
const deleteWhenReleased = (BackupArn: string) =>
  eventually(async () => (await wire.call('DeleteBackup', { BackupArn })).status === 200);

test('a table that a user creates under the name of a restore’s target after the request is never written to or deleted', async () => {
  const source = await wire.createTable('source-after');
  await wire.fill(source, 100);
  const targets = [0, 1].map((i) => wire.uniqueName(`after-${i}`));
  for (const target of targets) {
    const arn = await wire.backUp(source);
    await wire.restore(arn, target);
    const mine = await tryCreateTable(target);
    if (mine) await write(target);
    await deleteWhenReleased(arn);
    await wire.waitUntilActive(target);
    const content = await wire.readContent(target);
    expect(mine ? content : content.length).toEqual(mine ? ['own=mine'] : 100);
  }
});

test('a restore leaves its target alone after a user deleted it and created it again', async () => {
  const source = await wire.createTable('long');
  await wire.fill(source, 600);
  for (let i = 0; i < 2; i++) {
    const arn = await wire.backUp(source);
    const TableName = wire.uniqueName(`again-${i}`);
    await wire.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: TableName });
    // Scan reads the existing table, not the one that the restore promises.
    await eventually(async () => (await wire.call('Scan', { TableName, Limit: 1 })).status === 200);
    await wire.ok('DeleteTable', { TableName });
    await eventually(() => tryCreateTable(TableName));
    await write(TableName);
    await deleteWhenReleased(arn);
    await wire.waitUntilActive(TableName);
    expect(await wire.readContent(TableName)).toEqual(['own=mine']);
  }
});

test('a restore ends and releases its backup if its user deletes the target during the restore', async () => {
  const table = await wire.createTable('cut-short');
  await wire.fill(table, 500);
  const arn = await wire.backUp(table);
  const target = wire.uniqueName('cut-short-restored');
  await wire.restore(arn, target);
  await eventually(async () => (await wire.call('DeleteTable', { TableName: target })).status === 200);
  await eventually(async () => (await wire.call('DeleteBackup', { BackupArn: arn })).status === 200);
  expectNoFault(await wire.call('DescribeTable', { TableName: target }), 'the target');
});
