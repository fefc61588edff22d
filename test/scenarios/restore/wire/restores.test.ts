import { expect, test } from 'vitest';
import { expectError, type Json } from '../../../support/wire/http.ts';
import { useRuntime, eventually } from '../../../support/wire/support.ts';

const wire = useRuntime();

const create = (TableName: string) => wire.call('CreateBackup', { TableName, BackupName: 'early' });

test('a backup that is being made can be restored only once it is AVAILABLE', async () => {
  const table = await wire.createTable('too-early');
  await wire.fill(table, 200);
  const arn = await wire.createBackup(table);
  expectError(await wire.restore(arn, wire.uniqueName('early-x')), 'BackupInUseException');
  await wire.waitUntilAvailable(arn);
  await wire.restoreTable(arn, 'early');
});

test('a restore into an existing table is refused, even into the source', async () => {
  const table = await wire.createTable('onto');
  const arn = await wire.backUp(table);
  const refused = await wire.restore(arn, table);
  expectError(refused, 'TableAlreadyExistsException', `Table already exists: ${table}`);
});

test('if four restores of two backups into one name run at once, one starts, and the table equals its backup', async () => {
  const table = await wire.createTable('one-name');
  await wire.fill(table, 100);
  const arns = [await wire.backUp(table)];
  await wire.fill(table, 50, 'later', 100);
  arns.push(await wire.backUp(table));
  const target = wire.uniqueName('one-name-restored');
  const answers = await Promise.all([...arns, ...arns].map((arn) => wire.restore(arn, target)));
  const begun = answers.findIndex(({ status }) => status === 200);
  const refused = answers.filter((_, i) => i !== begun);
  for (const answer of refused) expectError(answer, 'TableInUseException|TableAlreadyExistsException');
  await wire.waitUntilActive(target);
  expect(await wire.readContent(target)).toHaveLength(begun % 2 === 0 ? 100 : 150);
});

test('the name of a deleted table can be restored again and again, even the source’s own', async () => {
  const table = await wire.createTable('freed');
  await wire.fill(table, 60);
  const arn = await wire.backUp(table);
  const content = await wire.readContent(table);
  for (let i = 0; i < 2; i++) {
    const target = await wire.restoreTable(arn, 'freed-restored');
    expect(await wire.readContent(target)).toEqual(content);
    await wire.dropTable(target);
  }
  await wire.dropTable(table);
  await wire.restoreTable(arn, 'freed');
  expect(await wire.readContent(table)).toEqual(content);
  const next = await wire.backUp(table);
  expect((await wire.list({ TableName: table })).arns).toEqual([arn, next]);
});

test('DescribeTable shows a restore during and after it, and never a partial table as ACTIVE', async () => {
  const table = await wire.createTable('watched');
  await wire.fill(table, 300);
  const arn = await wire.backUp(table);
  const target = wire.uniqueName('watched-restored');
  const begun = await wire.restore(arn, target);
  const summary = { SourceBackupArn: arn, RestoreInProgress: true };
  const running = { TableName: target, TableStatus: 'CREATING', RestoreSummary: summary };
  expect(begun.json['TableDescription']).toMatchObject(running);
  const seen: Json[] = [];
  await eventually(async () => {
    seen.push((await wire.ok('DescribeTable', { TableName: target }))['Table'] as Json);
    return seen.at(-1)?.['TableStatus'] !== 'CREATING';
  });
  expect(await wire.readContent(target)).toHaveLength(300);
  for (const shown of seen.slice(0, -1)) expect(shown).toMatchObject(running);
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toMatchObject({
    TableStatus: 'ACTIVE',
    RestoreSummary: { SourceBackupArn: arn, RestoreInProgress: false },
  });
});

test('a backup of a table that is being restored is refused until the table is complete', async () => {
  const table = await wire.createTable('not-yet');
  await wire.fill(table, 300);
  const arn = await wire.backUp(table);
  const target = wire.uniqueName('not-yet-restored');
  await wire.restore(arn, target);
  expectError(await create(target), 'TableNotFoundException', `Table not found: ${target}`);
  await wire.waitUntilActive(target);
  const made = await wire.backUp(target);
  expect((await wire.describeBackup(made))['Tidemark']).toMatchObject({ Figures: { Items: 300 } });
});

test('a backup whose table is deleted ends complete or fails with TableNotFound, and the name can be used again', async () => {
  const table = await wire.createTable('lost');
  await wire.fill(table, 300);
  const content = await wire.readContent(table);
  const arn = await wire.createBackup(table);
  await wire.dropTable(table);
  const { BackupStatus, Tidemark } = await wire.waitForEnd(arn);
  const isWhole = BackupStatus === 'AVAILABLE';
  const found = isWhole
    ? await wire.readContent(await wire.restoreTable(arn, 'lost'))
    : [(Tidemark as Json)['Reason'], (await wire.restore(arn, table)).json['__type']];
  const failed = [
    expect.stringMatching(/^TableNotFound: /),
    expect.stringMatching(/#BackupNotFoundException$/),
  ];
  expect(found).toEqual(isWhole ? content : failed);
  if (!isWhole) await wire.createTable('lost');
  await wire.backUp(table);
});

test('each backup of successive tables with one name restores the content of its own table', async () => {
  const contents: string[][] = [];
  const arns: string[] = [];
  for (let i = 0; i < 3; i++) {
    const table = await wire.createTable('reborn');
    await wire.fill(table, 10 + i, `life ${i}`, i * 5);
    contents.push(await wire.readContent(table));
    arns.push(await wire.backUp(table));
    await wire.dropTable(table);
  }
  for (const [i, arn] of arns.entries()) {
    expect(await wire.readContent(await wire.restoreTable(arn, `reborn-${i}`))).toEqual(contents[i]);
  }
});
