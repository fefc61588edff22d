import { expect, test } from 'vitest';
import { expectError, expectNoFault } from '../../support/wire/http.ts';
import { embeddedWire } from '../../support/wire/support.ts';

const wire = embeddedWire();

const remove = (BackupArn: string | undefined) => wire.call('DeleteBackup', { BackupArn });

test('a backup cannot be deleted until the restore that reads it has ended', async () => {
  const table = await wire.table('in-use');
  await wire.fill(table, 200);
  const arn = await wire.backup(table);
  const target = wire.named('in-use-restored');
  expect((await wire.restore(arn, target)).status).toBe(200);
  expectError(await remove(arn), 'BackupInUseException', /^Backup is being used to restore table: arn:/);
  expect((await wire.detailsOf(arn))['BackupStatus']).toBe('AVAILABLE');
  await wire.active(target);
  expect((await remove(arn)).status).toBe(200);
  expect(await wire.content(target)).toEqual(await wire.content(table));
});

test('concurrent restores of a backup that is being deleted are complete or find no backup', async () => {
  const table = await wire.table('two');
  await wire.fill(table, 200);
  const arn = await wire.backup(table);
  const targets = [wire.named('two-a'), wire.named('two-b')] as const;
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
    if (isStarted) await wire.active(String(targets[i]));
    const outcome = isStarted ? (await wire.content(String(targets[i]))).length : answer.json['__type'];
    expect(outcome).toBe(isStarted ? 200 : 'com.amazonaws.dynamodb.v20120810#BackupNotFoundException');
  }
  expect((await remove(arn)).status).toBe(isDeleted ? 400 : 200);
  expectError(
    await wire.restore(arn, wire.named('two-c')),
    'BackupNotFoundException',
    `Backup not found: ${arn}`,
  );
});

test('a backup that is being created cannot be deleted', async () => {
  const table = await wire.table('creating');
  await wire.fill(table, 200);
  const arn = await wire.createBackup(table);
  expectError(await remove(arn), 'BackupInUseException');
  await wire.available(arn);
});

test('one of eight concurrent deletions of a backup succeeds and the others find no backup', async () => {
  const arn = await wire.backup(await wire.table('delete-race'));
  const answers = await Promise.all(Array.from({ length: 8 }, () => remove(arn)));
  const rejected = answers.filter(({ status }) => status !== 200);
  expect(rejected).toHaveLength(7);
  for (const answer of rejected) {
    expectError(answer, 'BackupNotFoundException', `Backup not found: ${arn}`);
  }
});

test('a backup keeps its content when earlier backups are deleted', async () => {
  const table = await wire.table('chain');
  const arns: string[] = [];
  const contents: string[][] = [];
  for (let i = 0; i < 4; i++) {
    await wire.fill(table, 5, `round ${i}`, i * 3);
    contents.push(await wire.content(table));
    arns.push(await wire.backup(table));
  }
  for (const i of [0, 2]) expect((await remove(arns[i])).status).toBe(200);
  for (const i of [1, 3]) {
    const target = await wire.restored(String(arns[i]), `chain-${i}`);
    expect(await wire.content(target)).toEqual(contents[i]);
  }
});
