import { describe, expect, test } from 'vitest';
import { expectError, type Json } from '../../../support/wire/http.ts';
import { useRuntime } from '../../../support/wire/support.ts';

const wire = useRuntime();

const ask = (SourceTableName: string, name: string, more: Json) =>
  wire.call('RestoreTableToPointInTime', {
    SourceTableName,
    TargetTableName: wire.uniqueName(name),
    ...more,
  });

/** Restores the table to the time, or to the latest one, and reads its content. */
async function contentAt(table: string, name: string, RestoreDateTime?: number): Promise<string[]> {
  const time = RestoreDateTime === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime };
  const begun = await ask(table, name, time);
  expect(begun.json).toMatchObject({ TableDescription: { RestoreSummary: { RestoreInProgress: true } } });
  await wire.waitUntilActive(wire.uniqueName(name));
  return wire.readContent(wire.uniqueName(name));
}

describe('a restore to a point in time', () => {
  test('creates the table as it was at that time, even if backups were made and deleted since', async () => {
    const table = await wire.createRecoverableTable('times');
    const past: { time: number; content: string[] }[] = [];
    const arns: string[] = [];
    for (let i = 0; i < 2; i++) {
      await wire.fill(table, 30, `round ${i}`, i * 10);
      if (i > 0) await wire.removeItem(table, i);
      arns.push(await wire.backUp(table));
      past.push({ content: await wire.readContent(table), time: wire.passSecond() });
    }
    await wire.waitUntilRestorable(table);
    for (const BackupArn of arns) await wire.ok('DeleteBackup', { BackupArn });
    for (const [i, { time, content }] of past.entries()) {
      expect(await contentAt(table, `times-${i}`, time)).toEqual(content);
    }
  });

  test('accepts the reported earliest and latest times, and refuses any time outside of them', async () => {
    const table = await wire.createRecoverableTable('bounds');
    await wire.fill(table, 10);
    await wire.waitUntilRestorable(table);
    const { EarliestRestorableDateTime, LatestRestorableDateTime } = await wire.describeRecovery(table);
    const [earliest, latest] = [Number(EarliestRestorableDateTime), Number(LatestRestorableDateTime)];
    for (const RestoreDateTime of [earliest - 1, latest + 100]) {
      expectError(await ask(table, 'bounds-x', { RestoreDateTime }), 'InvalidRestoreTimeException');
    }
    const content = await wire.readContent(table);
    expect(await contentAt(table, 'bounds-latest', latest)).toEqual(content);
    expect(content).toEqual(expect.arrayContaining(await contentAt(table, 'bounds-earliest', earliest)));
  });

  test('refuses a time before recovery was last enabled', async () => {
    const table = await wire.createRecoverableTable('gap');
    await wire.fill(table, 5, 'before');
    const before = wire.passSecond();
    await wire.switchRecovery(table, false);
    await wire.fill(table, 5, 'between', 5);
    await wire.switchRecovery(table, true);
    await wire.waitUntilRestorable(table);
    const answer = await ask(table, 'gap-x', { RestoreDateTime: before });
    expectError(answer, 'InvalidRestoreTimeException');
    expect(Number((await wire.describeRecovery(table))['EarliestRestorableDateTime'])).toBeGreaterThan(
      before,
    );
  });

  test('restores the table that has the name now, not a former table of that name', async () => {
    const table = await wire.createRecoverableTable('second-life');
    await wire.fill(table, 20, 'first life');
    await wire.waitUntilRestorable(table);
    const RestoreDateTime = Number((await wire.describeRecovery(table))['LatestRestorableDateTime']);
    await wire.dropTable(table);
    await wire.createTable('second-life');
    const off = await ask(table, 'second-x', { RestoreDateTime });
    expectError(off, 'PointInTimeRecoveryUnavailableException');
    await wire.switchRecovery(table, true);
    await wire.fill(table, 3, 'second life');
    await wire.waitUntilRestorable(table);
    const old = await ask(table, 'second-x', { RestoreDateTime });
    expectError(old, 'InvalidRestoreTimeException');
    expect(await contentAt(table, 'second-restored')).toEqual(await wire.readContent(table));
  });

  test('can run at the same time as others of its table and as a backup, and adds nothing to the list of backups', async () => {
    const table = await wire.createRecoverableTable('crowd');
    await wire.fill(table, 50);
    await wire.waitUntilRestorable(table);
    const names = ['crowd-1', 'crowd-2'];
    const [arn, ...contents] = await Promise.all([
      wire.backUp(table),
      ...names.map((name) => contentAt(table, name)),
    ]);
    const content = await wire.readContent(table);
    expect(contents).toEqual(names.map(() => content));
    expect(await wire.list({ TableName: table, BackupType: 'ALL' })).toMatchObject({ arns: [arn] });
  });

  test('accepts its source by ARN, and checks and applies overrides', async () => {
    const table = await wire.createRecoverableTable('overrides');
    await wire.fill(table, 25);
    await wire.waitUntilRestorable(table);
    const { TableArn } = await wire.waitUntilActive(table);
    const TargetTableName = wire.uniqueName('overridden');
    const body = {
      SourceTableArn: TableArn,
      TargetTableName,
      UseLatestRestorableTime: true,
      BillingModeOverride: 'PROVISIONED',
    };
    expectError(
      await wire.call('RestoreTableToPointInTime', body),
      'ValidationException',
      /Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED/,
    );
    const ProvisionedThroughput = { ReadCapacityUnits: 2, WriteCapacityUnits: 3 };
    const overridden = { ...body, ProvisionedThroughputOverride: ProvisionedThroughput };
    await wire.ok('RestoreTableToPointInTime', overridden);
    expect(await wire.waitUntilActive(TargetTableName)).toMatchObject({ ProvisionedThroughput });
    expect(await wire.readContent(TargetTableName)).toEqual(await wire.readContent(table));
  });

  test('restores a table that is itself a restored one', async () => {
    const table = await wire.createRecoverableTable('twice');
    await wire.fill(table, 30);
    await wire.waitUntilRestorable(table);
    await contentAt(table, 'twice-restored');
    const restored = wire.uniqueName('twice-restored');
    await wire.switchRecovery(restored, true);
    await wire.fill(restored, 5, 'own', 100);
    await wire.waitUntilRestorable(restored);
    expect(await contentAt(restored, 'twice-again')).toEqual(await wire.readContent(restored));
  });
});
