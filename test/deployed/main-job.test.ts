import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BackupId, parseBackupId } from '../../lambda/model/ids.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import { type MadeBackup, runScript, scripts, type TidemarkUnderTest } from '../support/main-job.ts';
import { readTableContent, shapes } from '../support/tables.ts';
import { arnOf } from '../support/wire/support.ts';
import { dynamodb, nameTable, readDetails, wire } from './deployment.ts';

/** Backups of one table take turns; tables are independent. */
const tablesAtOnce = 3;

const script = scripts(
  { actions: { minLength: 30, maxLength: 50 }, during: { minLength: 10, maxLength: 20 } },
  { backup: 2, more: ['scan'] },
);

test('every backup, by scan or stream, restores to exactly the content at its cut', async () => {
  const cases = fc.sample(fc.tuple(shapes, script), tablesAtOnce);
  const made = await Promise.all(cases.map(([shape, each]) => runScript(createUnderTest(), shape, each)));
  // A backup that names no source continues the one before it by the stream.
  expect(new Set(made.flat().map(({ source }) => source))).toEqual(new Set(['SCAN', 'STREAM']));
});

/** The deployed Tidemark, for one table. */
function createUnderTest(): TidemarkUnderTest {
  const arns = new Map<BackupId, string>();
  const arnOfId = (id: BackupId) => String(arns.get(id));
  return {
    dynamodb,
    clock: systemClock,
    nameTable,
    async requestBackup(TableName, source) {
      const options = source === undefined ? {} : { TidemarkOptions: { Source: source.toUpperCase() } };
      const arn = arnOf(await wire.ok('CreateBackup', { TableName, BackupName: 'random', ...options }));
      const id = idOf(arn);
      arns.set(id, arn);
      return id;
    },
    async deleteBackup(_, id) {
      await wire.ok('DeleteBackup', { BackupArn: arnOfId(id) });
      arns.delete(id);
    },
    async settle() {
      for (const arn of arns.values()) await wire.waitForEnd(arn);
    },
    beginSecond: () => systemClock.sleep(1000),
    async listBackups(TableName) {
      const { arns: listed } = await wire.list({ TableName, TidemarkOptions: { IncludeFailed: true } });
      return Promise.all(listed.map(describe));
    },
    async restore(_, id) {
      const target = nameTable('restored-');
      await wire.ok('RestoreTableFromBackup', { BackupArn: arnOfId(id), TargetTableName: target });
      await wire.waitUntilActive(target);
      return readTableContent(dynamodb, target);
    },
  };
}

async function describe(arn: string): Promise<MadeBackup> {
  const details = await wire.describeBackup(arn);
  const { Source, Parent, Reason } = await readDetails(arn);
  return {
    id: idOf(arn),
    status: String(details['BackupStatus']),
    marker: Math.round(Number(details['BackupCreationDateTime']) * 1000),
    source: Source as string | undefined,
    parent: Parent as string | undefined,
    reason: Reason as string | undefined,
  };
}

function idOf(arn: string): BackupId {
  return parseBackupId(arn.slice(arn.lastIndexOf('/') + 1));
}
