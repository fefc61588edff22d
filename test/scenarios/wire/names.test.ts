import { describe, expect, test } from 'vitest';
import { parseJson } from '../../../lambda/item/parse-json.ts';
import { expectError, type Json } from '../../support/wire/http.ts';
import { useRuntime, simpleTable } from '../../support/wire/support.ts';

const wire = useRuntime();

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

describe('items with attributes that JSON escapes, and with __proto__', () => {
  const names = ['"', '\\', '\n', 'a"', '__proto__'];
  const items = Array.from({ length: 40 }, (_, i) => {
    const attributes = [0, 1].map(
      (n) => `${JSON.stringify(names[(i + n * (1 + (i % 4))) % 5])}:{"S":"${n}"}`,
    );
    return `{"id":{"S":"${i}"},${attributes.join(',')},"m":{"M":{${attributes.join(',')}}}}`;
  });

  /** Reads every item by a scan of a table. */
  async function readItems(TableName: string): Promise<unknown[]> {
    const { bytes } = await wire.call('Scan', { TableName, ConsistentRead: true });
    const { Items } = parseJson(bytes.toString()) as {
      readonly Items: { readonly id: { readonly S: string } }[];
    };
    return Items.toSorted((a, b) => Number(a.id.S) - Number(b.id.S));
  }

  test.each(['SCAN', 'STREAM'])('are backed up from the source %s and restored unchanged', async (source) => {
    const table = await wire.createTable(`escaped-${source}`);
    if (source === 'STREAM') await wire.backUp(table);
    for (const item of items) {
      const { status } = await wire.call('PutItem', `{"TableName":"${table}","Item":${item}}`);
      expect(status).toBe(200);
    }
    const BackupArn = await wire.backUp(table);
    const TargetTableName = `${table}-restored`;
    await wire.ok('RestoreTableFromBackup', { BackupArn, TargetTableName });
    await wire.waitUntilActive(TargetTableName);
    expect(await readItems(table)).toEqual(items.map((item) => parseJson(item)));
    expect(await readItems(TargetTableName)).toEqual(items.map((item) => parseJson(item)));
  });
});

describe('an ARN of another account', () => {
  test.each(['CreateBackup', 'UpdateContinuousBackups', 'DescribeContinuousBackups'])(
    'is denied by %s, even if a table of its name exists here',
    async (operation) => {
      const table = await wire.createTable(`foreign-${operation}`);
      const { Table } = await wire.ok('DescribeTable', { TableName: table });
      const own = String((Table as Json)['TableArn']);
      const callWith = (TableName: string) =>
        wire.call(operation, {
          TableName,
          BackupName: 'foreign',
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        });
      const foreign = own.replace(String(own.split(':')[4]), '999999999999');
      expectError(await callWith(foreign), 'AccessDeniedException');
      expectError(
        await callWith(own.replace('arn:aws:', 'arn:aws-cn:')),
        'ValidationException',
        /^1 validation error detected: Invalid AWS partition in 'arn:aws-cn:/,
      );
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
