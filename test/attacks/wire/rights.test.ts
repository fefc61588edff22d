import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { call, expectError, headersOf, type Json, send } from '../../support/wire/http.ts';
import { useRuntime } from '../../support/wire/support.ts';

/* Attacks of callers on a running endpoint, which keeps the backups of several teams. */

const wire = useRuntime();

const at = (path: string, operation: string, body: Json) =>
  send(wire.url, { path, headers: headersOf(operation), body: JSON.stringify(body) });

describe("the catalog's own table, by its name or ARN", () => {
  const catalog = 'tidemark-catalog';
  const text = /Tidemark keeps its own records in the table tidemark-catalog/;
  const arnOfCatalog = async () => {
    const table = await wire.createTable('beside-catalog');
    const { Table } = await wire.ok('DescribeTable', { TableName: table });
    return String((Table as Json)['TableArn']).replace(table, catalog);
  };

  test('cannot be backed up or described, and its recovery cannot be enabled', async () => {
    for (const TableName of [catalog, await arnOfCatalog()]) {
      const create = { TableName, BackupName: 'stolen' };
      const recovery = { TableName, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } };
      for (const path of ['/', `/backup/${catalog}`])
        expectError(await at(path, 'CreateBackup', create), 'AccessDeniedException', text);
      for (const path of ['/', `/read/${catalog}`])
        expectError(await at(path, 'DescribeTable', { TableName }), 'AccessDeniedException', text);
      for (const path of ['/', `/recovery/${catalog}`])
        expectError(await at(path, 'UpdateContinuousBackups', recovery), 'AccessDeniedException', text);
    }
  });

  test('cannot be restored, and no backup can be restored into it', async () => {
    const table = await wire.createTable('into-catalog');
    const BackupArn = await wire.backUp(table);
    const into = { BackupArn, TargetTableName: catalog };
    expectError(await at('/', 'RestoreTableFromBackup', into), 'AccessDeniedException', text);
    const path = `/restore/${table}/${catalog}`;
    expectError(await at(path, 'RestoreTableFromBackup', into), 'AccessDeniedException', text);
    const from = { SourceTableName: catalog, TargetTableName: wire.uniqueName('from-catalog') };
    const latest = { ...from, UseLatestRestorableTime: true };
    expectError(await at('/', 'RestoreTableToPointInTime', latest), 'AccessDeniedException', text);
  });
});

describe('a caller with the rights of one team', () => {
  test("does not get another team's backup or restore by using its request key", async () => {
    const [mine, theirs] = [await wire.createTable('key-mine'), await wire.createTable('key-theirs')];
    await wire.fill(theirs, 3);
    const key = { 'amz-sdk-invocation-id': randomUUID() };
    const first = await call(wire.url, 'CreateBackup', { TableName: theirs, BackupName: 'nightly' }, key);
    const second = await call(wire.url, 'CreateBackup', { TableName: mine, BackupName: 'nightly' }, key);
    expect(JSON.stringify(second.json)).not.toContain(theirs);
    expect(second.json).not.toEqual(first.json);

    const [mineArn, theirsArn] = [await wire.backUp(mine), await wire.backUp(theirs)];
    const TargetTableName = wire.uniqueName('key-target');
    const restore = (BackupArn: string) =>
      call(wire.url, 'RestoreTableFromBackup', { BackupArn, TargetTableName }, key);
    expect((await restore(theirsArn)).status).toBe(200);
    const stolen = await restore(mineArn);
    expect(stolen.status).toBe(400);
    expect(stolen.json).not.toHaveProperty('TableDescription');
    await wire.waitUntilActive(TargetTableName);
  });

  test("does not list another team's backups or restores with a cursor or token", async () => {
    const [mine, theirs] = [await wire.createTable('list-mine'), await wire.createTable('list-theirs')];
    const theirsArn = await wire.backUp(theirs);
    await wire.backUp(mine);
    const target = await wire.restoreTable(theirsArn, 'list-target');
    const cursor = { TableName: mine, ExclusiveStartBackupArn: theirsArn };
    expectError(await at(`/read/${mine}`, 'ListBackups', cursor), 'AccessDeniedException');
    const listed = await at(`/read/${mine}`, 'ListRestores', { TableName: mine, Limit: 1 });
    expect(listed.status).toBe(200);
    expect(JSON.stringify(listed.json)).not.toContain(theirs);
    const restore = { TargetTableName: target };
    expectError(await at(`/read/${mine}`, 'DescribeRestore', restore), 'AccessDeniedException');
  });

  test('cannot restore over an existing table', async () => {
    const [mine, theirs] = [await wire.createTable('over-mine'), await wire.createTable('over-theirs')];
    await wire.fill(theirs, 4, 'theirs');
    const before = await wire.readContent(theirs);
    const BackupArn = await wire.backUp(mine);
    const restore = { BackupArn, TargetTableName: theirs };
    const path = `/restore/${mine}/${theirs}`;
    expectError(await at(path, 'RestoreTableFromBackup', restore), 'TableAlreadyExistsException');
    expect(await wire.readContent(theirs)).toEqual(before);
  });

  test('changes nothing by a refused request', async () => {
    const [mine, theirs] = [await wire.createTable('trace-mine'), await wire.createTable('trace-theirs')];
    const theirsArn = await wire.backUp(theirs);
    const create = { TableName: theirs, BackupName: 'by-mine' };
    expectError(await at(`/backup/${mine}`, 'CreateBackup', create), 'AccessDeniedException');
    expectError(
      await at(`/delete/${mine}`, 'DeleteBackup', { BackupArn: theirsArn }),
      'AccessDeniedException',
    );
    expectError(
      await at(`/backup/${theirs}`, 'DeleteBackup', { BackupArn: theirsArn }),
      'AccessDeniedException',
    );
    expect((await wire.list({ TableName: theirs })).arns).toEqual([theirsArn]);
  });
});
