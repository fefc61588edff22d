import { expect, test } from 'vitest';
import { expectError, expectNoFault, type Json } from '../../support/wire/http.ts';
import { embeddedWire, eventually } from '../../support/wire/support.ts';

const wire = embeddedWire();

const create = (TableName: string) => wire.call('CreateBackup', { TableName, BackupName: 'early' });

test('a backup that is being made can be restored only once it is AVAILABLE', async () => {
  const table = await wire.table('too-early');
  await wire.fill(table, 200);
  const arn = await wire.createBackup(table);
  expectError(await wire.restore(arn, wire.named('early-x')), 'BackupInUseException');
  await wire.available(arn);
  await wire.restored(arn, 'early');
});

test('a restore into an existing table is refused, even into the source', async () => {
  const table = await wire.table('onto');
  const arn = await wire.backup(table);
  const refused = await wire.restore(arn, table);
  expectError(refused, 'TableAlreadyExistsException', `Table already exists: ${table}`);
});

test('of four concurrent restores of two backups into one name, one starts, and the table equals its backup', async () => {
  const table = await wire.table('one-name');
  await wire.fill(table, 100);
  const arns = [await wire.backup(table)];
  await wire.fill(table, 50, 'later', 100);
  arns.push(await wire.backup(table));
  const target = wire.named('one-name-restored');
  const answers = await Promise.all([...arns, ...arns].map((arn) => wire.restore(arn, target)));
  const begun = answers.findIndex(({ status }) => status === 200);
  const refused = answers.filter((_, i) => i !== begun);
  for (const answer of refused) expectError(answer, 'TableInUseException|TableAlreadyExistsException');
  await wire.active(target);
  expect(await wire.content(target)).toHaveLength(begun % 2 === 0 ? 100 : 150);
});

test('the name of a deleted table can be restored again and again, even the source’s own', async () => {
  const table = await wire.table('freed');
  await wire.fill(table, 60);
  const arn = await wire.backup(table);
  const content = await wire.content(table);
  for (let i = 0; i < 2; i++) {
    const target = await wire.restored(arn, 'freed-restored');
    expect(await wire.content(target)).toEqual(content);
    await wire.drop(target);
  }
  await wire.drop(table);
  await wire.restored(arn, 'freed');
  expect(await wire.content(table)).toEqual(content);
  const next = await wire.backup(table);
  expect((await wire.list({ TableName: table })).arns).toEqual([arn, next]);
});

test('DescribeTable shows a restore during and after it, and never a partial table as ACTIVE', async () => {
  const table = await wire.table('watched');
  await wire.fill(table, 300);
  const arn = await wire.backup(table);
  const target = wire.named('watched-restored');
  const begun = await wire.restore(arn, target);
  const summary = { SourceBackupArn: arn, RestoreInProgress: true };
  const running = { TableName: target, TableStatus: 'CREATING', RestoreSummary: summary };
  expect(begun.json['TableDescription']).toMatchObject(running);
  const seen: Json[] = [];
  await eventually(async () => {
    seen.push((await wire.ok('DescribeTable', { TableName: target }))['Table'] as Json);
    return seen.at(-1)?.['TableStatus'] !== 'CREATING';
  });
  expect(await wire.content(target)).toHaveLength(300);
  for (const shown of seen.slice(0, -1)) expect(shown).toMatchObject(running);
  expect(seen.length).toBeGreaterThan(1);
  expect(seen.at(-1)).toMatchObject({
    TableStatus: 'ACTIVE',
    RestoreSummary: { SourceBackupArn: arn, RestoreInProgress: false },
  });
});

test('a backup of a table that is being restored is refused until the table is complete', async () => {
  const table = await wire.table('not-yet');
  await wire.fill(table, 300);
  const arn = await wire.backup(table);
  const target = wire.named('not-yet-restored');
  await wire.restore(arn, target);
  expectError(await create(target), 'TableNotFoundException|TableInUseException');
  await wire.active(target);
  const made = await wire.backup(target);
  expect((await wire.detailsOf(made))['Tidemark']).toMatchObject({ Figures: { Items: 300 } });
});

test('a target that its user deletes during the restore does not keep the restore from ending and releasing its backup', async () => {
  const table = await wire.table('cut-short');
  await wire.fill(table, 500);
  const arn = await wire.backup(table);
  const target = wire.named('cut-short-restored');
  await wire.restore(arn, target);
  await eventually(async () => (await wire.call('DeleteTable', { TableName: target })).status === 200);
  await eventually(async () => (await wire.call('DeleteBackup', { BackupArn: arn })).status === 200);
  expectNoFault(await wire.call('DescribeTable', { TableName: target }), 'the target');
});

test('a backup whose table is deleted ends complete or fails with TableNotFound, and the name can be used again', async () => {
  const table = await wire.table('lost');
  await wire.fill(table, 300);
  const content = await wire.content(table);
  const arn = await wire.createBackup(table);
  await wire.drop(table);
  const { BackupStatus, Tidemark } = await wire.ended(arn);
  const isWhole = BackupStatus === 'AVAILABLE';
  const found = isWhole
    ? await wire.content(await wire.restored(arn, 'lost'))
    : [(Tidemark as Json)['Reason'], (await wire.restore(arn, table)).json['__type']];
  const failed = [
    expect.stringMatching(/^TableNotFound: /),
    expect.stringMatching(/#BackupNotFoundException$/),
  ];
  expect(found).toEqual(isWhole ? content : failed);
  if (!isWhole) await wire.table('lost');
  await wire.backup(table);
});

test('each backup of successive tables with one name restores the content of its own table', async () => {
  const contents: string[][] = [];
  const arns: string[] = [];
  for (let i = 0; i < 3; i++) {
    const table = await wire.table('reborn');
    await wire.fill(table, 10 + i, `life ${i}`, i * 5);
    contents.push(await wire.content(table));
    arns.push(await wire.backup(table));
    await wire.drop(table);
  }
  for (const [i, arn] of arns.entries()) {
    expect(await wire.content(await wire.restored(arn, `reborn-${i}`))).toEqual(contents[i]);
  }
});
