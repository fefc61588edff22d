import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TableReference } from '../../../lambda/model/backup-arn.ts';
import type { BackupRecord } from '../../../lambda/model/records.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { recordOf } from '../../support/fixture.ts';

const world = useTidemark({ items: 1 });
/** The ARN of the table. */
let tableArn: string;
let backup: BackupRecord;

beforeEach(async () => {
  const { harness, table } = world;
  const { id } = await harness.operations.createBackup({ table, name: 'a-backup' });
  await harness.executions.idle();
  backup = await harness.operations.describeBackup({ table, id });
  tableArn = backup.table.arn;
});

/** The ARNs of tables of the same name in another account and in another region, each with its error. */
function foreignArns(arn: string): [arn: string, error: object][] {
  const [, , , region = '', account = ''] = arn.split(':');
  const elsewhere = arn.replace(region, 'mars-1');
  return [
    [arn.replace(account, '999999999999'), { code: 'AccessDenied', message: 'Access is denied' }],
    [
      elsewhere,
      {
        code: 'Validation',
        message: `1 validation error detected: Invalid AWS region in '${elsewhere}'`,
      },
    ],
  ];
}

const operationsOn = (reference: TableReference) => {
  const { operations } = world.harness;
  const target = `restored-${randomIds.hex(8)}`;
  return {
    createBackup: () => operations.createBackup({ ...reference, name: 'another' }),
    describeTable: () => operations.describeTable(reference),
    planSweep: () => operations.planSweep(reference),
    describeContinuousBackups: () => operations.describeContinuousBackups(reference),
    updateContinuousBackups: () =>
      operations.updateContinuousBackups({ ...reference, specification: { enabled: true } }),
    restoreToPointInTime: () => operations.restoreToPointInTime({ ...reference, target, overrides: {} }),
  };
};

describe('a request for a table by its ARN', () => {
  it('finds the table that has this ARN', async () => {
    const { harness, table } = world;
    for (const [operation, call] of Object.entries(operationsOn({ table, tableArn })))
      expect([operation, await call()]).toEqual([operation, expect.anything()]);
    await harness.executions.idle();
  });

  it('is refused for an ARN of another account or region, and does not change the table here', async () => {
    const { harness, table } = world;
    for (const [others, error] of foreignArns(tableArn)) {
      expect(others).not.toBe(tableArn);
      const { restoreToPointInTime, ...calls } = operationsOn({ table, tableArn: others });
      for (const [operation, call] of Object.entries(calls)) {
        const outcome = await call().catch((thrown: unknown) => thrown);
        expect([operation, outcome]).toEqual([operation, expect.objectContaining(error)]);
      }
      await expect(restoreToPointInTime()).rejects.toMatchObject({ code: 'Validation' });
    }
    expect((await harness.operations.listBackups({ table, limit: 9 })).backups).toEqual([backup]);
    expect(await harness.operations.describeContinuousBackups({ table })).toEqual({ enabled: false });
  });

  it('lists the backups of the table with this ARN, even after the table was deleted', async () => {
    const { database, harness, table } = world;
    const list = (arn: string) => harness.operations.listBackups({ table, tableArn: arn, limit: 9 });
    for (const gone of [false, true]) {
      if (gone) await database.dynamodb.send(new DeleteTableCommand({ TableName: table }));
      expect((await list(tableArn)).backups).toEqual([backup]);
      for (const [others] of foreignArns(tableArn)) expect(await list(others)).toEqual({ backups: [] });
    }
  });
});

describe('a table that a restore will create', () => {
  it('can be described by its ARN before it exists', async () => {
    const { harness, table } = world;
    const target = `restored-${randomIds.hex(8)}`;
    const waiting = harness.restart();
    waiting.executions.stop();
    const restore = recordOf(
      await waiting.operations.restoreTable({ backup: { table, id: backup.id }, target }),
    );
    const arn = tableArn.replace(table, target);
    const describeTable = (reference: TableReference) => harness.operations.describeTable(reference);
    expect(await describeTable({ table: target })).toEqual({ restore });
    expect(await describeTable({ table: target, tableArn: arn })).toEqual({ restore });
    for (const [others, error] of foreignArns(arn))
      await expect(describeTable({ table: target, tableArn: others })).rejects.toMatchObject(error);
  });
});
