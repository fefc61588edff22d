import { describe, expect, test } from 'vitest';
import { expectError, type Json } from '../../support/wire/http.ts';
import { embeddedWire, simpleTable } from '../../support/wire/support.ts';

const wire = embeddedWire();

test.each(['__proto__', 'constructor', 'hasOwnProperty', '...', '-_.', 'a'.repeat(255), 'COUNTER'])(
  'a table and its backup may have the name %.20s',
  async (name) => {
    await wire.ok('CreateTable', { TableName: name, ...simpleTable });
    await wire.fill(name, 3);
    const content = await wire.readContent(name);
    const BackupArn = await wire.backUp(name, name);
    expect((await wire.list({ TableName: name })).arns).toEqual([BackupArn]);
    await wire.dropTable(name);
    await wire.ok('RestoreTableFromBackup', { BackupArn, TargetTableName: name });
    await wire.waitUntilActive(name);
    expect(await wire.readContent(name)).toEqual(content);
  },
);

describe('an attribute named __proto__, which the AWS SDK drops, fails a backup with RecordNotUnderstood', () => {
  test.each([
    ['an attribute of an item', '{"id":{"S":"1"},"__proto__":{"S":"x"}}'],
    ['within a map', '{"id":{"S":"1"},"m":{"M":{"__proto__":{"S":"x"}}}}'],
  ])('if it is %s, by scan and by stream', async (where, item) => {
    for (const Source of ['SCAN', 'STREAM']) {
      const table = await wire.createTable(`proto-${Source}-${where.length}`);
      if (Source === 'STREAM') await wire.backUp(table);
      const put = await wire.call('PutItem', `{"TableName":"${table}","Item":${item}}`);
      expect(put.status).toBe(200);
      const details = await wire.waitForEnd(await wire.createBackup(table));
      expect(details).toMatchObject({ BackupStatus: 'DELETED' });
      expect((details['Tidemark'] as Json)['Reason']).toMatch(/^RecordNotUnderstood: /);
    }
  });
});

describe('an ARN of another account or region', () => {
  test.each(['CreateBackup', 'UpdateContinuousBackups', 'DescribeContinuousBackups'])(
    'is denied by %s, even if a table of its name exists here',
    async (operation) => {
      const table = await wire.createTable(`foreign-${operation}`);
      for (const place of [
        'aws:dynamodb:us-east-1:999999999999',
        'aws-cn:dynamodb:cn-north-1:999999999999',
      ]) {
        const answer = await wire.call(operation, {
          TableName: `arn:${place}:table/${table}`,
          BackupName: 'foreign',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
        expectError(answer, 'AccessDeniedException');
      }
      expect((await wire.list({ TableName: table })).arns).toEqual([]);
      expect(await wire.describeRecovery(table)).toEqual({ PointInTimeRecoveryStatus: 'DISABLED' });
    },
  );

  test.each(['DescribeBackup', 'DeleteBackup', 'RestoreTableFromBackup'])(
    'is denied by %s, even if a backup of its id exists here, and is invalid for another partition',
    async (operation) => {
      const arn = await wire.backUp(await wire.createTable(`foreign-${operation}`));
      const account = String(arn.split(':')[4]);
      const callWith = (BackupArn: string) =>
        wire.call(operation, { BackupArn, TargetTableName: wire.uniqueName('foreign-target') });
      expectError(await callWith(arn.replace(account, '999999999999')), 'AccessDeniedException');
      for (const partition of ['aws-cn', 'nope']) {
        expectError(
          await callWith(arn.replace('arn:aws:', `arn:${partition}:`)),
          'ValidationException',
          'Invalid Request: BackupArn is not valid',
        );
      }
      expect((await wire.describeBackup(arn))['BackupStatus']).toBe('AVAILABLE');
    },
  );
});
