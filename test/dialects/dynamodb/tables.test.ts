import { describe, expect, test } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { answerTo, arn, available, creating, fakeOperations, post, restoring, tableArn } from './fakes.ts';

const asked = { TargetTableName: 'Music-copy', BackupArn: arn };
const targetArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music-copy';
const summary = {
  SourceBackupArn: arn,
  SourceTableArn: tableArn,
  RestoreDateTime: 1576616400.001,
  RestoreInProgress: true,
};

describe('RestoreTableFromBackup', () => {
  test('answers the description of the table to be', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'RestoreTableFromBackup', asked)).toEqual({
      status: 200,
      answer: {
        TableDescription: {
          AttributeDefinitions: [{ AttributeName: 'Artist', AttributeType: 'S' }],
          TableName: 'Music-copy',
          KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
          TableStatus: 'CREATING',
          CreationDateTime: 1576616400.001,
          ProvisionedThroughput: { NumberOfDecreasesToday: 0, ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
          TableSizeBytes: 0,
          ItemCount: 0,
          TableArn: targetArn,
          LocalSecondaryIndexes: [
            {
              IndexName: 'ByTitle',
              KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
              IndexSizeBytes: 0,
              ItemCount: 0,
              IndexArn: `${targetArn}/index/ByTitle`,
            },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'ByYear',
              KeySchema: [{ AttributeName: 'Year', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
              IndexStatus: 'CREATING',
              ProvisionedThroughput: {
                NumberOfDecreasesToday: 0,
                ReadCapacityUnits: 2,
                WriteCapacityUnits: 1,
              },
              IndexSizeBytes: 0,
              ItemCount: 0,
              IndexArn: `${targetArn}/index/ByYear`,
            },
          ],
          RestoreSummary: summary,
          DeletionProtectionEnabled: false,
        },
      },
    });
    expect(operations.restoreTable).toHaveBeenCalledExactlyOnceWith({
      backup: { table: 'Music', id: available.id },
      target: 'Music-copy',
    });
  });

  test('an on-demand table says so and has no index lists', async () => {
    const operations = fakeOperations({
      restoreTable: async () => ({ restore: restoring, backup: creating }),
    });
    const { answer } = await answerTo(operations, 'RestoreTableFromBackup', asked);
    expect(answer).toHaveProperty('TableDescription.BillingModeSummary', { BillingMode: 'PAY_PER_REQUEST' });
    expect(answer).toHaveProperty('TableDescription.ProvisionedThroughput.ReadCapacityUnits', 0);
    expect(answer).not.toHaveProperty('TableDescription.LocalSecondaryIndexes');
    expect(answer).not.toHaveProperty('TableDescription.GlobalSecondaryIndexes');
  });

  test('hands on who asked', async () => {
    const operations = fakeOperations();
    await handle(operations, post('RestoreTableFromBackup', asked, { caller: 'ada' }), silentLog);
    expect(operations.restoreTable.mock.lastCall?.[0]).toHaveProperty('requestedBy', 'ada');
  });

  test.each([
    { BillingModeOverride: 'PROVISIONED' },
    { GlobalSecondaryIndexOverride: [] },
    { LocalSecondaryIndexOverride: [] },
    { ProvisionedThroughputOverride: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
    { OnDemandThroughputOverride: {} },
    { SSESpecificationOverride: { Enabled: true } },
  ])('%j is refused, not ignored', async (override) => {
    const operations = fakeOperations();
    const { status, answer } = await answerTo(operations, 'RestoreTableFromBackup', {
      ...asked,
      ...override,
    });
    expect(status).toBe(400);
    expect(answer).toEqual({
      __type: 'com.amazon.coral.validate#ValidationException',
      message: `Not supported yet: ${Object.keys(override).join()}. Restore without it and change the table after the restore`,
    });
    expect(operations.restoreTable).not.toHaveBeenCalled();
  });

  test('an override that is null is none', async () => {
    const body = { ...asked, BillingModeOverride: null };
    expect((await answerTo(fakeOperations(), 'RestoreTableFromBackup', body)).status).toBe(200);
  });
});

describe('DescribeTable', () => {
  const table = {
    TableName: 'Music-copy',
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date(1_500_000_000_123),
    ProvisionedThroughput: { LastIncreaseDateTime: new Date(1_500_000_001_000), ReadCapacityUnits: 0 },
    Replicas: [{ RegionName: 'eu-west-1', ReplicaInaccessibleDateTime: new Date(1_500_000_002_001) }],
  } as const;
  const described = { ...table, Replicas: [...table.Replicas] };

  test('answers the description as it is, dates as epoch seconds at every depth', async () => {
    const operations = fakeOperations({ describeTable: async () => ({ table: described }) });
    expect(await answerTo(operations, 'DescribeTable', { TableName: targetArn })).toEqual({
      status: 200,
      answer: {
        Table: {
          TableName: 'Music-copy',
          TableStatus: 'ACTIVE',
          CreationDateTime: 1500000000.123,
          ProvisionedThroughput: { LastIncreaseDateTime: 1500000001, ReadCapacityUnits: 0 },
          Replicas: [{ RegionName: 'eu-west-1', ReplicaInaccessibleDateTime: 1500000002.001 }],
        },
      },
    });
    expect(operations.describeTable).toHaveBeenCalledExactlyOnceWith({ table: 'Music-copy' });
  });

  test.each([
    ['RESTORING', 'CREATING', true],
    ['RESTORED', 'ACTIVE', false],
    ['FAILED', 'ACTIVE', false],
  ] as const)('a table that is %s is %s', async (status, wireStatus, inProgress) => {
    const restore = { ...restoring, status };
    const operations = fakeOperations({ describeTable: async () => ({ table: described, restore }) });
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect(answer).toHaveProperty('Table.TableStatus', wireStatus);
    expect(answer).toHaveProperty('Table.RestoreSummary', { ...summary, RestoreInProgress: inProgress });
  });
});
