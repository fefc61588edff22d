import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { answerTo, arn, fakeOperations, restoring, tableArn } from '../fakes.ts';

const request = { TargetTableName: 'Music-copy', BackupArn: arn };
const targetArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music-copy';
const summary = {
  SourceBackupArn: arn,
  SourceTableArn: tableArn,
  RestoreDateTime: 1576616366.715,
  RestoreInProgress: true,
};

describe('DescribeTable', () => {
  const table = {
    TableName: 'Music-copy',
    TableStatus: 'ACTIVE',
    CreationDateTime: new Date(1_500_000_000_123),
    ProvisionedThroughput: { LastIncreaseDateTime: new Date(1_500_000_001_000), ReadCapacityUnits: 0 },
    Replicas: [{ RegionName: 'eu-west-1', ReplicaInaccessibleDateTime: new Date(1_500_000_002_001) }],
  } as const;
  const described = { ...table, Replicas: [...table.Replicas] };

  test('returns the description by DynamoDB, with dates as epoch seconds at every depth', async () => {
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
  ] as const)('returns a table whose restore is %s as %s', async (status, wireStatus, inProgress) => {
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
      { status: 'RESTORED', targetFate: { kind: 'complete', lacks: 'finishedTag' } },
      {
        RestoreStatus: 'RESTORED',
        Reason: expect.stringContaining('Remove the tag tidemark:restore yourself'),
      },
    ],
    [{ status: 'RESTORED', targetFate: { kind: 'complete' } }, undefined],
  ] as const)('returns a restore that is unfinished or in doubt: %j', async (state, expected) => {
    const restore = { ...restoring, ...state };
    const operations = fakeOperations({ describeTable: async () => ({ table: described, restore }) });
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect((answer as { Table: { Tidemark?: object } }).Table.Tidemark).toEqual(expected);
  });

  test('returns the same description as the restore’s own answer until the table exists', async () => {
    const operations = fakeOperations({ describeTable: async () => ({ restore: restoring }) });
    const started = await answerTo(operations, 'RestoreTableFromBackup', request);
    const { answer } = await answerTo(operations, 'DescribeTable', { TableName: 'Music-copy' });
    expect(answer).toEqual({
      Table: {
        ...(started.answer as { TableDescription: object }).TableDescription,
        Tidemark: { RestoreStatus: 'RESTORING' },
      },
    });
  });

  test.each([
    ['RESTORING', 'CREATING', undefined, 5, ['ByYear']],
    ['RESTORED', 'ACTIVE', { BillingMode: 'PAY_PER_REQUEST' }, 0, undefined],
  ] as const)(
    'returns a table whose restore is %s as %s, with matching billing mode and global indexes',
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
      // Billing mode and indexes come from the existing table.
      expect(Table).toMatchObject({ TableId: loading.TableId, CreationDateTime: 1500000000.123 });
      expect(Table.TableStatus).toBe(wireStatus);
      expect(Table.BillingModeSummary).toEqual(BillingModeSummary);
      expect(Table.ProvisionedThroughput?.ReadCapacityUnits).toBe(units);
      expect(Table.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(indexes);
      for (const { IndexStatus } of Table.GlobalSecondaryIndexes ?? []) expect(IndexStatus).toBeUndefined();
    },
  );

  test('returns no backup for a restore to a point in time', async () => {
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
