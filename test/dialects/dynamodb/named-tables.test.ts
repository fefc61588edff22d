import { describe, expect, test } from 'vitest';
import { apiOperations, type OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { choosePath, listNamedTables } from '../../../lambda/dialects/dynamodb/named-tables.ts';
import type { Operation } from '../../../lambda/dialects/dynamodb/operation.ts';
import { arn, tableArn } from './fakes.ts';

function find(wanted: OperationName): Operation {
  const operation = apiOperations.find(({ name }) => name === wanted);
  if (operation === undefined) throw new Error(`no operation ${wanted}`);
  return operation;
}

const otherArn = arn.replace('/Music/', '/Lyrics/');

describe('choosePath', () => {
  test.each<[OperationName, object, string]>([
    ['ListBackups', { TableName: 'Music' }, '/read/Music'],
    ['ListBackups', { TableName: tableArn }, '/read/Music'],
    ['ListBackups', {}, '/'],
    ['ListBackups', { TableName: undefined }, '/'],
    ['ListBackups', { TableName: 'Music', ExclusiveStartBackupArn: arn }, '/read/Music'],
    ['ListBackups', { TableName: 'Music', ExclusiveStartBackupArn: otherArn }, '/'],
    ['ListBackups', { TableName: '../x' }, '/'],
    ['ListBackups', { TableName: 5 }, '/'],
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: arn }, '/read/Music'],
    ['CompareBackups', { BackupArn: arn, OtherBackupArn: otherArn }, '/'],
    ['VerifyBackup', { BackupArn: 'arn:nothing' }, '/'],
    ['DescribeRestore', { TargetTableName: 'Copy' }, '/read/Copy'],
    ['DescribeTable', { TableName: 'Music' }, '/read/Music'],
    ['DeleteBackup', { BackupArn: arn }, '/delete/Music'],
    ['RestoreTableFromBackup', { BackupArn: arn, TargetTableName: 'Copy' }, '/restore/Music/Copy'],
    ['RestoreTableFromBackup', { BackupArn: arn }, '/'],
    [
      'RestoreTableFromBackup',
      { BackupArn: arn, TargetTableName: 'Copy', SSESpecificationOverride: {} },
      '/reencrypt/Music/Copy',
    ],
  ])('sends a request for %s with %j to %s', (operation, input, path) => {
    expect(choosePath(find(operation), { ...input })).toBe(path);
  });
});

test('a request lists the tables that it names separately from its targets', () => {
  const input = { BackupArn: arn, TargetTableName: 'Copy', BillingModeOverride: 'PROVISIONED' };
  expect(listNamedTables(find('RestoreTableFromBackup').members, input)).toEqual({
    tables: ['Music'],
    targets: ['Copy'],
  });
});

test('a request lists the tables in its lists too, which choose no path', () => {
  const input = { SetName: 'nightly', TableNames: ['Music', 'Books'] };
  expect(listNamedTables(find('CreateBackupSet').members, input).tables).toEqual(['Music', 'Books']);
  expect(choosePath(find('CreateBackupSet'), { ...input, TableNames: ['Music'] })).toBe('/');
  const Targets = [{ TableName: 'Music', TargetTableName: 'Copy' }];
  expect(listNamedTables(find('RestoreBackupSet').members, { Targets })).toEqual({
    tables: ['Music'],
    targets: ['Copy'],
  });
});

describe('every member that takes the name or ARN of a table or backup', () => {
  const named = apiOperations.flatMap(({ name, members }: Operation) =>
    Object.entries(members)
      .filter(([member]) => /Table(Name|Arn)|BackupArn/.test(member))
      // The names in a list bind the request to no path.
      .map(([member, described]) => ({
        operation: name,
        member,
        names: described.type === 'list' ? described.of.names : described.names,
      })),
  );

  test.each(named)('is described as one: $member of $operation', ({ names }) => {
    expect(names).toBeDefined();
  });
});
