import { beforeAll, describe, expect, test } from 'vitest';
import { backUpWith, useDeployment, countImports, readItems } from '../../../support/wire/deployment.ts';
import { expectError, expectNoFault, type Json } from '../../../support/wire/http.ts';
import { attributes, describeShape, fill, withLocalIndex } from '../../../support/wire/indexed-tables.ts';
import { eventually, type Wire } from '../../../support/wire/support.ts';

const { wire, harness, reconfigure } = useDeployment({ config: { base: 'scan' } });
let importing: Wire;
beforeAll(async () => {
  importing = await reconfigure({ config: { restoreBy: 'import' } });
});

describe('a restore by import', () => {
  test('makes the table without local indexes when an override removes them', async () => {
    const table = await wire.createTable('local-off', withLocalIndex);
    await fill(wire, table, 0, 10);
    const { arn } = await backUpWith(wire, table);
    const bare = await importing.restoreTable(arn, 'local-off-bare', { LocalSecondaryIndexOverride: [] });
    expect(await countImports(harness(), bare)).toBe(1);
    expect(await describeShape(wire, bare)).not.toHaveProperty('LocalSecondaryIndexes');
    expect(await readItems(wire, bare)).toEqual(await readItems(wire, table));
  });

  test('makes an empty table, and one with items of the maximum size', async () => {
    const table = await wire.createTable('sizes');
    const empty = await backUpWith(wire, table);
    for (const letter of ['a', 'b', 'é']) {
      const note = { S: letter.repeat(letter === 'é' ? 204_500 : 409_000) };
      await wire.ok('PutItem', { TableName: table, Item: { id: { S: letter }, note } });
    }
    const { arn } = await backUpWith(wire, table);
    expect(await readItems(wire, await importing.restoreTable(empty.arn, 'sizes-empty'))).toEqual([]);
    expect(await readItems(wire, await importing.restoreTable(arn, 'sizes-large'))).toEqual(
      await readItems(wire, table),
    );
  });

  test('gives each table its own items if several tables whose names share a prefix are restored at once', async () => {
    const taken: { arn: string; items: string[] }[] = [];
    const table = await wire.createTable('alike');
    for (let i = 0; i < 3; i++) {
      await wire.fill(table, 10, `round ${i}`, i * 5);
      taken.push({ arn: (await backUpWith(wire, table)).arn, items: await readItems(wire, table) });
    }
    const targets = await Promise.all(
      taken.map(({ arn }, i) => importing.restoreTable(arn, `alike-${'1'.repeat(i + 1)}`)),
    );
    for (const [i, target] of targets.entries()) {
      expect(await readItems(wire, target)).toEqual(taken[i]?.items);
    }
  });

  test('keeps items that are older than an index and have another type in its key', async () => {
    const table = await wire.createTable('older');
    await wire.ok('PutItem', { TableName: table, Item: { id: { S: 'old' }, rank: { S: 'no number' } } });
    await wire.ok('PutItem', { TableName: table, Item: { id: { S: 'new' }, rank: { N: '5' } } });
    await wire.ok('UpdateTable', {
      TableName: table,
      AttributeDefinitions: attributes('id', 'rank:N'),
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: 'by-rank',
            KeySchema: [{ AttributeName: 'rank', KeyType: 'HASH' }],
            Projection: { ProjectionType: 'ALL' },
          },
        },
      ],
    });
    await wire.waitUntilActive(table);
    const { arn } = await backUpWith(wire, table);
    const imported = await importing.restoreTable(arn, 'older-imported');
    expect(await countImports(harness(), imported)).toBe(1);
    expect(await readItems(wire, imported)).toEqual(await readItems(wire, table));
    expect(await describeShape(wire, imported)).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-rank', IndexStatus: 'ACTIVE' }],
    });
  });
});

describe('a table that is being imported', () => {
  test('is shown as CREATING with its restore, and its backup cannot be deleted', async () => {
    const table = await wire.createTable('watched');
    await wire.fill(table, 200);
    const { arn } = await backUpWith(wire, table);
    const target = wire.uniqueName('watched-imported');
    const begun = await importing.restore(arn, target);
    const running = {
      TableStatus: 'CREATING',
      RestoreSummary: { SourceBackupArn: arn, RestoreInProgress: true },
    };
    expect(begun.json['TableDescription']).toMatchObject(running);
    expectError(await importing.call('DeleteBackup', { BackupArn: arn }), 'BackupInUseException');
    const seen: Json[] = [];
    await eventually(async () => {
      seen.push((await importing.ok('DescribeTable', { TableName: target }))['Table'] as Json);
      return seen.at(-1)?.['TableStatus'] !== 'CREATING';
    });
    for (const shown of seen.slice(0, -1)) expect(shown).toMatchObject(running);
    expect(await wire.readContent(target)).toHaveLength(200);
    await eventually(async () => (await importing.call('DeleteBackup', { BackupArn: arn })).status === 200);
  });
});

describe('a target that its user deletes during the import', () => {
  test('does not prevent the restore from ending and releasing its backup', async () => {
    const table = await wire.createTable('cut-short');
    await wire.fill(table, 300);
    const { arn } = await backUpWith(wire, table);
    const target = wire.uniqueName('cut-short-x');
    await importing.restore(arn, target);
    await eventually(async () => (await wire.call('DeleteTable', { TableName: target })).status === 200);
    await eventually(async () => (await importing.call('DeleteBackup', { BackupArn: arn })).status === 200);
    expectNoFault(await wire.call('DescribeTable', { TableName: target }), 'the target');
  });
});

describe('a restore whose import fails', () => {
  test('leaves no table, records the reason, and releases the name and the backup', async () => {
    const table = await wire.createTable('failing');
    await wire.fill(table, 20);
    const { arn } = await backUpWith(wire, table);
    const target = importing.uniqueName('failing-x');
    const nowhere = await reconfigure({
      exportBucket: 'no-such-bucket',
      config: { restoreBy: 'import' },
    });
    await nowhere.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: target });
    const record = () => harness().services.catalog.restores.get(target);
    await eventually(async () => (await record())?.status === 'FAILED');
    expect(await record()).toMatchObject({
      reason: expect.stringMatching(/^ImportFailed: .*S3NoSuchBucket/),
    });
    expect(await nowhere.waitForOutcome(target)).toBe('gone');
    expectError(await wire.call('DescribeTable', { TableName: target }), 'ResourceNotFoundException');
    expect(await wire.readContent(await importing.restoreTable(arn, 'failing-x'))).toHaveLength(20);
    await wire.ok('DeleteBackup', { BackupArn: arn });
  });
});
