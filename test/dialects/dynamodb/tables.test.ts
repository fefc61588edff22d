import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { handle } from '../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../lambda/runtime/logger.ts';
import { answerTo, arn, available, creating, fakeOperations, post, restoring, tableArn } from './fakes.ts';

const asked = { TargetTableName: 'Music-copy', BackupArn: arn };
const targetArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music-copy';
const summary = {
  SourceBackupArn: arn,
  SourceTableArn: tableArn,
  RestoreDateTime: 1576616366.715,
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
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
          SSEDescription: {
            Status: 'ENABLED',
            SSEType: 'KMS',
            InaccessibleEncryptionDateTime: 1500000001.25,
          },
          RestoreSummary: summary,
          DeletionProtectionEnabled: false,
        },
      },
    });
    expect(operations.restoreTable).toHaveBeenCalledExactlyOnceWith({
      backup: { table: 'Music', id: available.id, arn },
      target: 'Music-copy',
      overrides: {},
    });
  });

  test('the table is what it will be, not what its source is', async () => {
    const description = {
      ...creating.description,
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      deletionProtection: true,
    } as const;
    const operations = fakeOperations({
      restoreTable: async () => ({ restore: { ...restoring, description } }),
    });
    const { answer } = await answerTo(operations, 'RestoreTableFromBackup', asked);
    expect(answer).toHaveProperty('TableDescription.BillingModeSummary', { BillingMode: 'PAY_PER_REQUEST' });
    expect(answer).toHaveProperty('TableDescription.ProvisionedThroughput.ReadCapacityUnits', 0);
    expect(answer).not.toHaveProperty('TableDescription.LocalSecondaryIndexes');
    expect(answer).not.toHaveProperty('TableDescription.GlobalSecondaryIndexes');
    expect(answer).not.toHaveProperty('TableDescription.StreamSpecification');
    expect(answer).not.toHaveProperty('TableDescription.SSEDescription');
    expect(answer).toHaveProperty(
      'TableDescription.TableClassSummary.TableClass',
      'STANDARD_INFREQUENT_ACCESS',
    );
    expect(answer).toHaveProperty('TableDescription.DeletionProtectionEnabled', true);
  });

  test('hands on who asked', async () => {
    const operations = fakeOperations();
    await handle(operations, post('RestoreTableFromBackup', asked, { caller: 'ada' }), silentLog);
    expect(operations.restoreTable.mock.lastCall?.[0]).toHaveProperty('requestedBy', 'ada');
  });

  const keys = [{ AttributeName: 'Year', KeyType: 'HASH' }];
  const projection = { ProjectionType: 'INCLUDE', NonKeyAttributes: ['Title'] };
  const units = { ReadCapacityUnits: 1, WriteCapacityUnits: 2 };
  const index = { IndexName: 'ByYear', KeySchema: keys, Projection: projection };

  test.each([
    [{ BillingModeOverride: 'PROVISIONED' }, { billingMode: 'PROVISIONED' }],
    [{ GlobalSecondaryIndexOverride: [] }, { globalSecondaryIndexes: [] }],
    [{ LocalSecondaryIndexOverride: [] }, { localSecondaryIndexes: [] }],
    [
      { GlobalSecondaryIndexOverride: [{ ...index, ProvisionedThroughput: units, WarmThroughput: {} }] },
      { globalSecondaryIndexes: [{ ...index, ProvisionedThroughput: units }] },
    ],
    [
      { GlobalSecondaryIndexOverride: [{ ...index, OnDemandThroughput: { MaxReadRequestUnits: 5 } }] },
      { globalSecondaryIndexes: [{ ...index, OnDemandThroughput: { MaxReadRequestUnits: 5 } }] },
    ],
    [
      { LocalSecondaryIndexOverride: [{ ...index, ProvisionedThroughput: units }] },
      { localSecondaryIndexes: [index] },
    ],
    [{ ProvisionedThroughputOverride: units }, { provisionedThroughput: units }],
    [{ OnDemandThroughputOverride: {} }, { onDemandThroughput: {} }],
    [
      { OnDemandThroughputOverride: { MaxReadRequestUnits: 5, MaxWriteRequestUnits: null } },
      { onDemandThroughput: { MaxReadRequestUnits: 5 } },
    ],
    [
      { SSESpecificationOverride: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/mine' } },
      { sse: { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/mine' } },
    ],
    [
      { TidemarkOptions: { Keep: ['STREAM', 'TIME_TO_LIVE', 'TABLE_CLASS', 'DELETION_PROTECTION'] } },
      { keep: ['stream', 'timeToLive', 'tableClass', 'deletionProtection'] },
    ],
    [{ TidemarkOptions: {}, BillingModeOverride: null, VectorIndexOverride: [], Other: 1 }, {}],
  ])('%j', async (override, overrides) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'RestoreTableFromBackup', { ...asked, ...override })).status).toBe(
      200,
    );
    const given = operations.restoreTable.mock.lastCall?.[0].overrides;
    // Nothing is there as undefined: what is stored of it has no such value.
    expect(given).toStrictEqual(overrides);
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
    expect(operations.describeTable).toHaveBeenCalledExactlyOnceWith({
      table: 'Music-copy',
      tableArn: targetArn,
    });
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

  test.each([
    [{ status: 'RESTORING' }, { RestoreStatus: 'RESTORING' }],
    [{ status: 'RESTORED', way: 'writes', why: 'small' }, undefined],
    [
      { status: 'RESTORED', reason: 'in doubt' },
      { RestoreStatus: 'RESTORED', Reason: 'in doubt' },
    ],
    [
      { status: 'RESTORING', way: 'writes', why: 'small' },
      { RestoreStatus: 'RESTORING', Choice: { Way: 'WRITES', Why: 'small' } },
    ],
    [
      {
        status: 'RESTORING',
        way: 'import',
        why: 'large',
        importArn: 'arn',
        imported: { items: 2, bytes: 90 },
      },
      {
        RestoreStatus: 'RESTORING',
        Choice: { Way: 'IMPORT', Why: 'large' },
        Import: { ImportArn: 'arn', ProcessedItemCount: 2, ProcessedSizeBytes: 90 },
      },
    ],
    [
      { status: 'RESTORING', way: 'import', why: 'large', importArn: 'arn' },
      {
        RestoreStatus: 'RESTORING',
        Choice: { Way: 'IMPORT', Why: 'large' },
        Import: { ImportArn: 'arn', ProcessedItemCount: 0, ProcessedSizeBytes: 0 },
      },
    ],
    [
      { status: 'FAILED', reason: 'WritesRefused: throttled' },
      { RestoreStatus: 'FAILED', Reason: 'WritesRefused: throttled' },
    ],
    [
      { status: 'RESTORED', targetFate: { kind: 'complete', lacks: 'tagRemoval' } },
      { RestoreStatus: 'RESTORED', Reason: expect.stringContaining('Remove the tag yourself') },
    ],
    [{ status: 'RESTORED', targetFate: { kind: 'complete' } }, undefined],
  ] as const)('a restore that is not done is told of: %j', async (state, told) => {
    const restore = { ...restoring, ...state };
    const operations = fakeOperations({ describeTable: async () => ({ table: described, restore }) });
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect((answer as { Table: { Tidemark?: object } }).Table.Tidemark).toEqual(told);
  });

  test('before the table is made, it is what the request for the restore was told', async () => {
    const operations = fakeOperations({ describeTable: async () => ({ restore: restoring }) });
    const told = await answerTo(operations, 'RestoreTableFromBackup', asked);
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect(answer).toEqual({
      Table: {
        ...(told.answer as { TableDescription: object }).TableDescription,
        Tidemark: { RestoreStatus: 'RESTORING' },
      },
    });
  });

  test.each([
    ['RESTORING', 'CREATING', undefined, 5, ['ByYear']],
    ['RESTORED', 'ACTIVE', { BillingMode: 'PAY_PER_REQUEST' }, 0, undefined],
  ] as const)(
    'a table that is %s shows its %s billing and global indexes',
    async (status, wireStatus, BillingModeSummary, units, indexes) => {
      const restore = { ...restoring, status };
      const loading = {
        ...described,
        TableArn: targetArn,
        TableId: '0b1c2d3e-0000-4000-8000-000000000002',
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } as const,
      };
      const operations = fakeOperations({ describeTable: async () => ({ table: loading, restore }) });
      const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
      const { Table } = answer as { Table: TableDescription };
      // It is the table that is there.
      expect(Table).toMatchObject({ TableId: loading.TableId, CreationDateTime: 1500000000.123 });
      expect(Table.TableStatus).toBe(wireStatus);
      expect(Table.BillingModeSummary).toEqual(BillingModeSummary);
      expect(Table.ProvisionedThroughput?.ReadCapacityUnits).toBe(units);
      expect(Table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(indexes);
      for (const { IndexStatus } of Table.GlobalSecondaryIndexes ?? []) expect(IndexStatus).toBe('CREATING');
    },
  );

  test('a restore to a point in time names no backup', async () => {
    const restore = { ...restoring, pointInTime: true, contentTime: 1_576_616_000_000 } as const;
    const operations = fakeOperations({ describeTable: async () => ({ table: described, restore }) });
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect(answer).toHaveProperty('Table.RestoreSummary', {
      SourceTableArn: tableArn,
      RestoreDateTime: 1576616000,
      RestoreInProgress: true,
    });
  });
});
