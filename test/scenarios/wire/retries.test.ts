import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { arnOf, useRuntime } from '../../support/wire/support.ts';

const wire = useRuntime();

/** Sends CreateBackup as one attempt of the call with this invocation id. */
const attempt = (id: string, TableName: string, BackupName = 'once') =>
  wire.call('CreateBackup', { TableName, BackupName }, { 'amz-sdk-invocation-id': id });

test('a repeated CreateBackup returns the first one’s backup, before and after it is AVAILABLE', async () => {
  const table = await wire.createTable('repeated');
  const id = randomUUID();
  const first = await attempt(id, table);
  expect((await attempt(id, table)).json).toEqual(first.json);
  const arn = arnOf(first.json);
  await wire.waitUntilAvailable(arn);
  expect(arnOf((await attempt(id, table)).json)).toBe(arn);
  expect((await wire.list({ TableName: table })).arns).toEqual([arn]);
});

test('20 concurrent CreateBackup with one invocation id make one backup and get the same answer', async () => {
  const table = await wire.createTable('at-once');
  const id = randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => attempt(id, table)));
  const [first] = answers.map(({ json }) => json);
  expect(answers.map(({ status, json }) => ({ status, json }))).toEqual(
    answers.map(() => ({ status: 200, json: first })),
  );
  expect((await wire.list({ TableName: table })).arns).toEqual([arnOf(first ?? {})]);
});

test('CreateBackup with the same invocation id for another table or name makes another backup', async () => {
  const [one, two] = [await wire.createTable('body-one'), await wire.createTable('body-two')];
  const id = randomUUID();
  const answers = [await attempt(id, one), await attempt(id, two), await attempt(id, one, 'other')];
  expect(answers.map(({ json }) => json['BackupDetails'])).toEqual([
    expect.objectContaining({ BackupArn: expect.stringContaining(`/${one}/`), BackupName: 'once' }),
    expect.objectContaining({ BackupArn: expect.stringContaining(`/${two}/`), BackupName: 'once' }),
    expect.objectContaining({ BackupArn: expect.stringContaining(`/${one}/`), BackupName: 'other' }),
  ]);
});

test('a CreateBackup repeated after its backup was deleted makes no other one', async () => {
  const table = await wire.createTable('deleted');
  const id = randomUUID();
  const arn = arnOf((await attempt(id, table)).json);
  await wire.waitUntilAvailable(arn);
  await wire.ok('DeleteBackup', { BackupArn: arn });
  expect(arnOf((await attempt(id, table)).json)).toBe(arn);
  expect((await wire.list({ TableName: table })).arns).toEqual([]);
});

test('an invocation id may be any text', async () => {
  const table = await wire.createTable('odd-ids');
  const ids = ['__proto__', 'constructor', 'x'.repeat(5000), 'a/b#c|d', '"', '0'];
  const arns: string[] = [];
  for (const id of ids) {
    arns.push(arnOf((await attempt(id, table)).json));
    expect(arnOf((await attempt(id, table)).json)).toBe(arns.at(-1));
  }
  expect((await wire.list({ TableName: table })).arns).toEqual(arns);
});

test('CreateBackup with an empty invocation id makes a backup each time', async () => {
  const table = await wire.createTable('empty-id');
  const arns = [arnOf((await attempt('', table)).json), arnOf((await attempt('', table)).json)];
  expect((await wire.list({ TableName: table })).arns).toEqual(arns);
  expect(new Set(arns).size).toBe(2);
});

test('the invocation id of one operation does not count for another', async () => {
  const table = await wire.createTable('operations');
  const id = randomUUID();
  const arn = arnOf((await attempt(id, table)).json);
  const same = { 'amz-sdk-invocation-id': id };
  const listed = await wire.call('ListBackups', { TableName: table }, same);
  expect(listed.json['BackupSummaries']).toEqual([expect.objectContaining({ BackupArn: arn })]);
  await wire.waitUntilAvailable(arn);
  const deleted = await wire.call('DeleteBackup', { BackupArn: arn }, same);
  expect(deleted.status).toBe(200);
  expect((await wire.list({ TableName: table })).arns).toEqual([]);
});
