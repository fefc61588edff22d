import { expect, test } from 'vitest';
import { expectError, type Json } from '../../support/wire/http.ts';
import { arnOf, useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

const create = (TableName: string, TidemarkOptions: unknown) =>
  wire.call('CreateBackup', { TableName, BackupName: 'options', TidemarkOptions });

test('a backup of a table that was just created succeeds and is empty', async () => {
  for (const name of ['fresh-1', 'fresh-2', 'fresh-3']) {
    const arn = await wire.createBackup(await wire.createTable(name));
    expect((await wire.waitUntilAvailable(arn))['BackupSizeBytes']).toBe(0);
  }
});

test('a backup has the kind, source and comment of its TidemarkOptions', async () => {
  const table = await wire.createTable('options');
  await wire.fill(table, 20);
  const requested: Json[] = [
    { Kind: 'FULL' },
    { Kind: 'INCREMENTAL' },
    { Kind: 'DIFFERENTIAL' },
    { Source: 'SCAN' },
    { Source: 'STREAM' },
    { Kind: 'FULL', Source: 'SCAN', Comment: 'ä "quoted" \u0000 \u{1f600}' },
  ];
  for (const options of requested) {
    const details = await wire.waitUntilAvailable(arnOf((await create(table, options)).json));
    expect(details['Tidemark']).toMatchObject(options);
  }
});

test('empty TidemarkOptions are accepted and add no comment', async () => {
  const table = await wire.createTable('no-options');
  for (const options of [{ Kind: null, Source: null, Comment: null }, {}, null]) {
    const details = await wire.waitUntilAvailable(arnOf((await create(table, options)).json));
    expect(details['Tidemark']).not.toHaveProperty('Comment');
  }
});

test('invalid TidemarkOptions are rejected, and no backup is created', async () => {
  const table = await wire.createTable('wrong-options');
  for (const options of [
    { Kind: 'full' },
    { Kind: '' },
    { Source: 'TAPE' },
    { Comment: 'x'.repeat(100_000) },
    { Unknown: { deep: [1] } },
  ]) {
    expectError(await create(table, options), 'ValidationException');
  }
  for (const options of ['FULL', [], 5, true, { Kind: 5 }, { Comment: {} }, { Source: [] }]) {
    expectError(await create(table, options), 'SerializationException');
  }
  expect((await wire.list({ TableName: table })).arns).toEqual([]);
});
