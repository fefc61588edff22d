import { expect, test } from 'vitest';
import { expectError, expectNoFault } from '../../../support/wire/http.ts';
import { useRuntime } from '../../../support/wire/support.ts';

const wire = useRuntime();

const remove = (BackupArn: string | undefined) => wire.call('DeleteBackup', { BackupArn });

test('a backup cannot be deleted until the restore that reads it has ended', async () => {
  const table = await wire.createTable('in-use');
  await wire.fill(table, 200);
  const arn = await wire.backUp(table);
  const target = wire.uniqueName('in-use-restored');
  expect((await wire.restore(arn, target)).status).toBe(200);
  expectError(await remove(arn), 'BackupInUseException', /^Backup is being used to restore table: arn:/);
  expect((await wire.describeBackup(arn))['BackupStatus']).toBe('AVAILABLE');
  await wire.waitUntilActive(target);
  expect((await remove(arn)).status).toBe(200);
  expect(await wire.readContent(target)).toEqual(await wire.readContent(table));
});

test('concurrent restores of a backup that is being deleted are complete or find no backup', async () => {
  const table = await wire.createTable('two');
  await wire.fill(table, 200);
  const arn = await wire.backUp(table);
  const targets = [wire.uniqueName('two-a'), wire.uniqueName('two-b')] as const;
  const [one, deleted, two, again] = await Promise.all([
    wire.restore(arn, targets[0]),
    remove(arn),
    wire.restore(arn, targets[1]),
    remove(arn),
  ]);
  const isDeleted = deleted.status === 200 || again.status === 200;
  for (const [i, answer] of [one, two].entries()) {
    expectNoFault(answer, 'restore');
    const isStarted = answer.status === 200;
    if (isStarted) await wire.waitUntilActive(String(targets[i]));
    const outcome = isStarted ? (await wire.readContent(String(targets[i]))).length : answer.json['__type'];
    expect(outcome).toBe(isStarted ? 200 : 'com.amazonaws.dynamodb.v20120810#BackupNotFoundException');
  }
  expect((await remove(arn)).status).toBe(isDeleted ? 400 : 200);
  expectError(
    await wire.restore(arn, wire.uniqueName('two-c')),
    'BackupNotFoundException',
    `Backup not found: ${arn}`,
  );
});

test('a backup that is being created cannot be deleted', async () => {
  const table = await wire.createTable('creating');
  await wire.fill(table, 200);
  const arn = await wire.createBackup(table);
  expectError(await remove(arn), 'BackupInUseException');
  await wire.waitUntilAvailable(arn);
});

test('one of eight concurrent deletions of a backup succeeds and the others find no backup', async () => {
  const arn = await wire.backUp(await wire.createTable('delete-race'));
  const answers = await Promise.all(Array.from({ length: 8 }, () => remove(arn)));
  const rejected = answers.filter(({ status }) => status !== 200);
  expect(rejected).toHaveLength(7);
  for (const answer of rejected) {
    expectError(answer, 'BackupNotFoundException', `Backup not found: ${arn}`);
  }
});

test('a backup keeps its content when earlier backups are deleted', async () => {
  const table = await wire.createTable('chain');
  const arns: string[] = [];
  const contents: string[][] = [];
  for (let i = 0; i < 4; i++) {
    await wire.fill(table, 5, `round ${i}`, i * 3);
    contents.push(await wire.readContent(table));
    arns.push(await wire.backUp(table));
  }
  for (const i of [0, 2]) expect((await remove(arns[i])).status).toBe(200);
  for (const i of [1, 3]) {
    const target = await wire.restoreTable(String(arns[i]), `chain-${i}`);
    expect(await wire.readContent(target)).toEqual(contents[i]);
  }
});
