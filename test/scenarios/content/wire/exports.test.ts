import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readTableContent } from '../../../support/tables.ts';
import { Writer } from '../../../support/writer.ts';
import { backUpWith, useDeployment, readItems, ageStream } from '../../../support/wire/deployment.ts';
import type { Json } from '../../../support/wire/http.ts';
import { largeFor, createRichTable, shapes, values } from '../../../support/wire/rich-tables.ts';
import { arnOf } from '../../../support/wire/support.ts';

const { wire, database } = useDeployment();

/** Restores the backup and reads its items. */
async function restoreItems(arn: string, name: string): Promise<string[]> {
  const target = await wire.restoreTable(arn, name);
  const items = await readItems(wire, target);
  await wire.ok('DeleteTable', { TableName: target });
  return items;
}

describe('a table whose backups are made by exports and by its stream', () => {
  test.each(shapes)('is restored from each of them exactly as it was: keys %s %s', async (hash, range) => {
    const name = `mixed-${hash}${range ?? ''}`;
    const big = largeFor(range);
    const { table, put, remove } = await createRichTable(wire, name, hash, range);
    const taken: { arn: string; items: string[] }[] = [];
    const made: Json[] = [];
    const ids: string[] = [];
    const take = async (options: Json) => {
      const items = await readItems(wire, table);
      const backup = await backUpWith(wire, table, options);
      taken.push({ arn: backup.arn, items });
      made.push(backup.made);
      ids.push(backup.id);
    };
    ageStream(wire);
    for (let n = 0; n < 8; n++) await put(n);
    await put(8, big('a'));
    await put(9, {});
    await take({});

    // Items that are changed; changed and changed back; removed; removed and put again; new; new and removed.
    await put(0, { ...values, string: { S: 'changed' }, strings: { SS: ['z'] } });
    await put(1, {});
    await put(1);
    await remove(2);
    await remove(3);
    await put(3, { again: { S: '' } });
    await put(10);
    await put(11);
    await remove(11);
    await put(8, big('b'));
    await take({ Source: 'EXPORT' });

    await remove(10);
    await put(2);
    await remove(8);
    await take({ Source: 'STREAM' });

    await remove(0);
    await put(12, big('c'));
    await take({ Source: 'EXPORT' });

    await put(0);
    await remove(12);
    await take({});

    // An export cannot continue from a stream's cut.
    expect(made).toMatchObject([
      { Kind: 'FULL', Source: 'EXPORT' },
      { Source: 'EXPORT', Parent: ids[0] },
      { Source: 'STREAM', Parent: ids[1] },
      { Source: 'EXPORT' },
      { Source: 'STREAM', Parent: ids[3] },
    ]);
    expect(made[3]?.['Parent']).not.toBe(ids[2]);
    expect(made[3]?.['Why']).toEqual([
      `export: ${ids[2]}: it ends in a stream`,
      `the export holds every change since ${String(made[3]?.['Parent'])}`,
    ]);
    const found = await Promise.all(taken.map(({ arn }, i) => restoreItems(arn, `${name}-${i}`)));
    for (const [i, { items }] of taken.entries()) expect([i, found[i]]).toEqual([i, items]);
  });

  test('has the right figures in a backup by export, which verifies as sound', async () => {
    const table = await wire.createTable('figures');
    await wire.fill(table, 100);
    await backUpWith(wire, table);
    await wire.fill(table, 20, 'later', 90);
    await wire.removeItem(table, 0);
    const { arn, made } = await backUpWith(wire, table, { Source: 'EXPORT' });
    // Each item has two names and two values: id, item-000000; note, first or later.
    expect(made).toMatchObject({ Figures: { Items: 109, Bytes: 109 * (2 + 11 + 4 + 5), CopiedRecords: 21 } });
    const verified = await wire.ok('VerifyBackup', { BackupArn: arn });
    expect(verified).toMatchObject({ Items: 109, Problems: [], Progress: 1 });
    const { Item } = await wire.ok('GetBackupItem', { BackupArn: arn, Key: { id: { S: 'item-000095' } } });
    expect(Item).toMatchObject({ note: { S: 'later' } });
  });

  test('has backups by export of the requested kinds', async () => {
    const table = await wire.createTable('kinds');
    await wire.fill(table, 30);
    const first = await backUpWith(wire, table);
    const contents: string[][] = [];
    const made: { arn: string; made: Json }[] = [];
    for (const Kind of ['INCREMENTAL', 'DIFFERENTIAL', 'FULL']) {
      await wire.fill(table, 2, Kind, contents.length);
      contents.push(await wire.readContent(table));
      made.push(await backUpWith(wire, table, { Kind, Source: 'EXPORT' }));
    }
    expect(made).toMatchObject([
      { made: { Kind: 'INCREMENTAL', Source: 'EXPORT', Parent: first.id } },
      { made: { Kind: 'DIFFERENTIAL', Source: 'EXPORT' } },
      { made: { Kind: 'FULL', Source: 'EXPORT' } },
    ]);
    for (const [i, { arn }] of made.entries()) {
      expect(await wire.readContent(await wire.restoreTable(arn, `kinds-${i}`))).toEqual(contents[i]);
    }
  });
});

describe('a backup by export', () => {
  test('is empty if the table has no items', async () => {
    const table = await wire.createTable('empty');
    const { arn, made } = await backUpWith(wire, table, { Source: 'EXPORT' });
    const next = await backUpWith(wire, table, { Source: 'EXPORT' });
    expect([made, next.made]).toMatchObject([{ Figures: { Items: 0 } }, { Figures: { Items: 0 } }]);
    expect(await wire.readContent(await wire.restoreTable(arn, 'empty-0'))).toEqual([]);
    expect(await wire.readContent(await wire.restoreTable(next.arn, 'empty-1'))).toEqual([]);
  });

  test('contains the writes acknowledged before its request, and backups end in the order of the requests', async () => {
    const table = await wire.createTable('at-once');
    await wire.fill(table, 30);
    await backUpWith(wire, table);
    const arns: string[] = [];
    for (let i = 0; i < 3; i++) {
      await wire.fill(table, 1, `before ${i}`, i);
      const request = { TableName: table, BackupName: `at-once-${i}`, TidemarkOptions: { Source: 'EXPORT' } };
      arns.push(arnOf(await wire.ok('CreateBackup', request)));
    }
    for (const arn of arns) await wire.waitUntilAvailable(arn);
    expect((await wire.list({ TableName: table })).arns.slice(1)).toEqual(arns);
    for (const [i, arn] of arns.entries()) {
      const content = await wire.readContent(await wire.restoreTable(arn, `at-once-${i}`));
      expect(content).toHaveLength(30);
      for (let n = 0; n <= i; n++) expect(content[n]).toMatch(new RegExp(`=before ${n}$`));
    }
  });

  test('holds every write acknowledged before the request, and none later than a minute after it, while writers work', async () => {
    const table = await wire.createTable('written', {
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    });
    ageStream(wire);
    const { dynamodb } = database();
    const writers = Array.from({ length: 3 }, () => new Writer(database(), table));
    const over = new AbortController();
    const writing = writers.map(async (writer, w) => {
      for (let n = 0; !over.signal.aborted; n++) {
        const key = { pk: { S: `writer ${w} key ${n % 17}` } };
        await writer.write({ key, item: n % 5 === 3 ? undefined : { n: { N: String(n) } } });
        await setTimeout(10);
      }
    });
    const backups: { arn: string }[] = [];
    try {
      for (const Source of ['EXPORT', 'EXPORT', 'STREAM']) {
        backups.push(await backUpWith(wire, table, { Source }));
      }
    } finally {
      over.abort();
      await Promise.all(writing);
    }
    for (const [i, { arn }] of backups.entries()) {
      const marker = Number((await wire.describeBackup(arn))['BackupCreationDateTime']) * 1000;
      const content = await readTableContent(dynamodb, await wire.restoreTable(arn, `written-${i}`));
      expect(content.size).toBeGreaterThan(0);
      for (const writer of writers) expect(writer.explains(content, marker, 60_000)).toBe(true);
    }
  });
});
