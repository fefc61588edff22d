import { expect, test } from 'vitest';
import type { Json } from '../../support/wire/http.ts';
import { embeddedWire, eventually, simpleTable } from '../../support/wire/support.ts';

const wire = embeddedWire();

const created = async (TableName: string): Promise<boolean> =>
  (await wire.call('CreateTable', { TableName, ...simpleTable })).status === 200;

/** Writes to the table as its user. */
const write = (TableName: string) =>
  wire.ok('PutItem', { TableName, Item: { id: { S: 'own' }, note: { S: 'mine' } } });

/** Waits until no restore holds the backup, which is deleted then. */
const released = (BackupArn: string) =>
  eventually(async () => (await wire.call('DeleteBackup', { BackupArn })).status === 200);

test.each(['before the restore is asked for', 'while it is asked for', 'when it has begun'])(
  'a table that a user makes under the name of a restore’s target %s is never written to nor deleted',
  async (when) => {
    const source = await wire.table(`source of ${when}`.replaceAll(' ', '-'));
    await wire.fill(source, 100);
    let usersTables = 0;
    for (let i = 0; i < 5 && usersTables < 2; i++) {
      const arn = await wire.backup(source);
      const target = `${source}-${i}`;
      let isUsers: Promise<boolean>;
      if (when.startsWith('before')) {
        isUsers = created(target);
        await wire.restore(arn, target);
      } else {
        const asked = wire.restore(arn, target);
        if (when.startsWith('when')) await asked;
        isUsers = created(target);
        await asked;
      }
      const mine = await isUsers;
      if (mine) {
        usersTables++;
        await write(target);
      }
      await released(arn);
      await wire.active(target);
      const content = await wire.content(target);
      expect(mine ? content : content.length).toEqual(mine ? ['own=mine'] : 100);
    }
    expect(usersTables).toBeGreaterThan(0);
  },
);

test('a target that its user deletes while it is loaded, and makes again, is left alone', async () => {
  const source = await wire.table('long');
  await wire.fill(source, 600);
  for (let i = 0; i < 2; i++) {
    const arn = await wire.backup(source);
    const TableName = wire.named(`again-${i}`);
    await wire.ok('RestoreTableFromBackup', { BackupArn: arn, TargetTableName: TableName });
    // Not the table that the restore promises, but the one that is there.
    await eventually(async () => (await wire.call('Scan', { TableName, Limit: 1 })).status === 200);
    await wire.ok('DeleteTable', { TableName });
    await eventually(() => created(TableName));
    await write(TableName);
    await released(arn);
    await wire.active(TableName);
    expect(await wire.content(TableName)).toEqual(['own=mine']);
  }
});

test.each(['the first of its table', 'a further one'])(
  'a backup, %s, of a table that is replaced at once holds the old one or fails by name; the next holds the new one',
  async (which) => {
    const table = await wire.table(`replaced-${which.length}`);
    await wire.fill(table, 60, 'old');
    if (which.startsWith('a further')) await wire.backup(table);
    const old = await wire.content(table);
    const arn = await wire.createBackup(table);
    await wire.ok('DeleteTable', { TableName: table });
    await eventually(() => created(table));
    await wire.fill(table, 5, 'new');
    const { BackupStatus, Tidemark } = await wire.ended(arn);
    const isWhole = BackupStatus === 'AVAILABLE';
    const found = isWhole
      ? await wire.content(await wire.restored(arn, `${table}-old`))
      : (Tidemark as Json)['Reason'];
    const failed: unknown = expect.stringMatching(/^TableNotFound: /);
    expect(found).toEqual(isWhole ? old : failed);
    const next = await wire.backup(table);
    expect((await wire.detailsOf(next))['Tidemark']).toMatchObject({ Figures: { Items: 5 } });
  },
);

test.each(['deleted', 'deleted and made again'])(
  'a restore to a time, of a table that is %s when it has begun, makes the whole old table or none',
  async (how) => {
    const table = await wire.recoverable(how.replaceAll(' ', '-'));
    await wire.fill(table, 100, 'old');
    await wire.caughtUp(table);
    const old = await wire.content(table);
    const TargetTableName = `${table}-restored`;
    await wire.ok('RestoreTableToPointInTime', {
      SourceTableName: table,
      TargetTableName,
      UseLatestRestorableTime: true,
    });
    await wire.ok('DeleteTable', { TableName: table });
    if (how !== 'deleted') {
      await eventually(() => created(table));
      await wire.fill(table, 5, 'new');
    }
    const outcome = await wire.outcome(TargetTableName);
    expect(outcome === 'gone' || (await wire.content(TargetTableName))).toEqual(outcome === 'gone' || old);
  },
);

test('a restore to a time is whole although the backups before it are deleted and recovery is switched off', async () => {
  const table = await wire.recoverable('base-gone');
  await wire.fill(table, 200, 'one');
  const arns = [await wire.backup(table)];
  await wire.fill(table, 100, 'two', 150);
  arns.push(await wire.backup(table));
  await wire.caughtUp(table);
  const whole = await wire.content(table);
  const target = { TargetTableName: wire.named('base-gone-restored') };
  await wire.ok('RestoreTableToPointInTime', {
    SourceTableName: table,
    ...target,
    UseLatestRestorableTime: true,
  });
  const answers = await Promise.all([
    ...arns.map((BackupArn) => wire.call('DeleteBackup', { BackupArn })),
    wire.switchRecovery(table, false),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await wire.active(target.TargetTableName);
  expect(await wire.content(target.TargetTableName)).toEqual(whole);
  const next = await wire.backup(table);
  expect(await wire.content(await wire.restored(next, 'base-gone-next'))).toEqual(whole);
});
