import { describe, expect, test } from 'vitest';
import { expectError, type Json } from '../../support/wire/http.ts';
import { embeddedWire, eventually } from '../../support/wire/support.ts';

const wire = embeddedWire();

const ask = (SourceTableName: string, name: string, more: Json) =>
  wire.call('RestoreTableToPointInTime', { SourceTableName, TargetTableName: wire.named(name), ...more });

/** The content of the table at the time, or at the latest, by a restore. */
async function contentAt(table: string, name: string, RestoreDateTime?: number): Promise<string[]> {
  const time = RestoreDateTime === undefined ? { UseLatestRestorableTime: true } : { RestoreDateTime };
  const begun = await ask(table, name, time);
  expect(begun.json).toMatchObject({ TableDescription: { RestoreSummary: { RestoreInProgress: true } } });
  await wire.active(wire.named(name));
  return wire.content(wire.named(name));
}

/** A second in which nothing is written: it is over when this returns. Epoch seconds. */
async function quietSecond(): Promise<number> {
  const second = Math.floor(Date.now() / 1000) + 1;
  await eventually(() => Date.now() >= (second + 1) * 1000);
  return second;
}

describe.concurrent('a restore to a time', () => {
  test('makes the table as it was then, whatever was backed up and deleted since', async () => {
    const table = await wire.recoverable('times');
    const past: { time: number; content: string[] }[] = [];
    const arns: string[] = [];
    for (let i = 0; i < 2; i++) {
      await wire.fill(table, 30, `round ${i}`, i * 10);
      if (i > 0) await wire.remove(table, i);
      arns.push(await wire.backup(table));
      past.push({ content: await wire.content(table), time: await quietSecond() });
    }
    await wire.caughtUp(table);
    for (const BackupArn of arns) await wire.ok('DeleteBackup', { BackupArn });
    for (const [i, { time, content }] of past.entries()) {
      expect(await contentAt(table, `times-${i}`, time)).toEqual(content);
    }
  });

  test('may be to the earliest and to the latest time that are told, and to none outside of them', async () => {
    const table = await wire.recoverable('bounds');
    await wire.fill(table, 10);
    await wire.caughtUp(table);
    const { EarliestRestorableDateTime, LatestRestorableDateTime } = await wire.recovery(table);
    const [earliest, latest] = [Number(EarliestRestorableDateTime), Number(LatestRestorableDateTime)];
    for (const RestoreDateTime of [earliest - 1, latest + 100]) {
      expectError(await ask(table, 'bounds-x', { RestoreDateTime }), 'InvalidRestoreTimeException');
    }
    const content = await wire.content(table);
    expect(await contentAt(table, 'bounds-latest', latest)).toEqual(content);
    expect(content).toEqual(expect.arrayContaining(await contentAt(table, 'bounds-earliest', earliest)));
  });

  test('does not go back behind a time when recovery was off', async () => {
    const table = await wire.recoverable('gap');
    await wire.fill(table, 5, 'before');
    const before = await quietSecond();
    await wire.switchRecovery(table, false);
    await wire.fill(table, 5, 'between', 5);
    await wire.switchRecovery(table, true);
    await wire.caughtUp(table);
    const answer = await ask(table, 'gap-x', { RestoreDateTime: before });
    expectError(answer, 'InvalidRestoreTimeException');
    expect(Number((await wire.recovery(table))['EarliestRestorableDateTime'])).toBeGreaterThan(before);
  });

  test('is of the table that has the name now, not of one before it', async () => {
    const table = await wire.recoverable('second-life');
    await wire.fill(table, 20, 'first life');
    await wire.caughtUp(table);
    const RestoreDateTime = Number((await wire.recovery(table))['LatestRestorableDateTime']);
    await wire.drop(table);
    await wire.table('second-life');
    const off = await ask(table, 'second-x', { RestoreDateTime });
    expectError(off, 'PointInTimeRecoveryUnavailableException');
    await wire.switchRecovery(table, true);
    await wire.fill(table, 3, 'second life');
    await wire.caughtUp(table);
    const old = await ask(table, 'second-x', { RestoreDateTime });
    expectError(old, 'InvalidRestoreTimeException');
    expect(await contentAt(table, 'second-restored')).toEqual(await wire.content(table));
  });

  test('runs beside others of its table and a backup, and none of them shows in the list', async () => {
    const table = await wire.recoverable('crowd');
    await wire.fill(table, 50);
    await wire.caughtUp(table);
    const names = ['crowd-1', 'crowd-2'];
    const [arn, ...contents] = await Promise.all([
      wire.backup(table),
      ...names.map((name) => contentAt(table, name)),
    ]);
    const content = await wire.content(table);
    expect(contents).toEqual(names.map(() => content));
    expect(await wire.list({ TableName: table, BackupType: 'ALL' })).toMatchObject({ arns: [arn] });
  });

  test('may name its source by ARN, and takes overrides or refuses them', async () => {
    const table = await wire.recoverable('overrides');
    await wire.fill(table, 25);
    await wire.caughtUp(table);
    const { TableArn } = await wire.active(table);
    const TargetTableName = wire.named('overridden');
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
    expect(await wire.active(TargetTableName)).toMatchObject({ ProvisionedThroughput });
    expect(await wire.content(TargetTableName)).toEqual(await wire.content(table));
  });

  test('may be of a table that was restored itself', async () => {
    const table = await wire.recoverable('twice');
    await wire.fill(table, 30);
    await wire.caughtUp(table);
    await contentAt(table, 'twice-restored');
    const restored = wire.named('twice-restored');
    await wire.switchRecovery(restored, true);
    await wire.fill(restored, 5, 'own', 100);
    await wire.caughtUp(restored);
    expect(await contentAt(restored, 'twice-again')).toEqual(await wire.content(restored));
  });
});
