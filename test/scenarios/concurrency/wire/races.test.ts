import { expect, test } from 'vitest';
import type { Json } from '../../../support/wire/http.ts';
import { useRuntime, eventually, simpleTable } from '../../../support/wire/support.ts';

const wire = useRuntime();

const tryCreateTable = async (TableName: string): Promise<boolean> =>
  (await wire.call('CreateTable', { TableName, ...simpleTable })).status === 200;

/** Waits until no restore uses the backup, and deletes it. */
const deleteWhenReleased = (BackupArn: string) =>
  eventually(async () => (await wire.call('DeleteBackup', { BackupArn })).status === 200);

/** Waits until no restore holds the name, then writes to the table. */
const writeLater = (table: string) =>
  eventually(async () => {
    const answer = await wire.call('PutItem', {
      TableName: table,
      Item: { id: { S: 'own' }, note: { S: 'mine' } },
    });
    return answer.status === 200;
  });

test.each(['before the request', 'during the request'])(
  'a table that a user creates under the name of a restore’s target %s is never written to or deleted',
  async (when) => {
    const source = await wire.createTable(`source-${when}`.replaceAll(' ', '-'));
    await wire.fill(source, 100);
    let usersTables = 0;
    for (let i = 0; i < 5 && usersTables < 2; i++) {
      const arn = await wire.backUp(source);
      const target = `${source}-${i}`;
      let isUsers: Promise<boolean>;
      if (when.startsWith('before')) {
        isUsers = tryCreateTable(target);
        await wire.restore(arn, target);
      } else {
        const request = wire.restore(arn, target);
        isUsers = tryCreateTable(target);
        await request;
      }
      const mine = await isUsers;
      if (mine) {
        usersTables++;
        await writeLater(target);
      }
      await deleteWhenReleased(arn);
      await wire.waitUntilActive(target);
      const content = await wire.readContent(target);
      expect(mine ? content : content.length).toEqual(mine ? ['own=mine'] : 100);
    }
    expect(usersTables).toBeGreaterThan(0);
  },
);

test.each(['the first backup', 'a later backup'])(
  '%s of a table that is replaced at once holds the old table or fails with TableNotFound, and the next holds the new table',
  async (which) => {
    const table = await wire.createTable(`replaced-${which.length}`);
    await wire.fill(table, 60, 'old');
    if (which.startsWith('a later')) await wire.backUp(table);
    const old = await wire.readContent(table);
    const arn = await wire.createBackup(table);
    await wire.ok('DeleteTable', { TableName: table });
    await eventually(() => tryCreateTable(table));
    await wire.fill(table, 5, 'new');
    const { BackupStatus, Tidemark } = await wire.waitForEnd(arn);
    const isWhole = BackupStatus === 'AVAILABLE';
    const outcome = isWhole
      ? await wire.readContent(await wire.restoreTable(arn, `${table}-old`))
      : (Tidemark as Json)['Reason'];
    const failure: unknown = expect.stringMatching(/^TableNotFound: /);
    expect(outcome).toEqual(isWhole ? old : failure);
    const next = await wire.backUp(table);
    expect((await wire.describeBackup(next))['Tidemark']).toMatchObject({ Figures: { Items: 5 } });
  },
);

test.each(['deleted', 'deleted and created again'])(
  'a restore to a time creates either the whole old table or no table if its source is %s after the request',
  async (how) => {
    const table = await wire.createRecoverableTable(how.replaceAll(' ', '-'));
    await wire.fill(table, 100, 'old');
    await wire.waitUntilRestorable(table);
    const old = await wire.readContent(table);
    const TargetTableName = `${table}-restored`;
    await wire.ok('RestoreTableToPointInTime', {
      SourceTableName: table,
      TargetTableName,
      UseLatestRestorableTime: true,
    });
    await wire.ok('DeleteTable', { TableName: table });
    if (how !== 'deleted') {
      await eventually(() => tryCreateTable(table));
      await wire.fill(table, 5, 'new');
    }
    const outcome = await wire.waitForOutcome(TargetTableName);
    expect(outcome === 'gone' || (await wire.readContent(TargetTableName))).toEqual(
      outcome === 'gone' || old,
    );
  },
);

test('a restore to a time is complete even if earlier backups are deleted and recovery is disabled after the request', async () => {
  const table = await wire.createRecoverableTable('base-gone');
  await wire.fill(table, 200, 'one');
  const arns = [await wire.backUp(table)];
  await wire.fill(table, 100, 'two', 150);
  arns.push(await wire.backUp(table));
  await wire.waitUntilRestorable(table);
  const whole = await wire.readContent(table);
  const target = { TargetTableName: wire.uniqueName('base-gone-restored') };
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
  await wire.waitUntilActive(target.TargetTableName);
  expect(await wire.readContent(target.TargetTableName)).toEqual(whole);
  const next = await wire.backUp(table);
  expect(await wire.readContent(await wire.restoreTable(next, 'base-gone-next'))).toEqual(whole);
});
