import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseBackupArn } from '../../lambda/model/backup-arn.ts';
import { type SimulatedDynamodb, startSimulatedDynamodb } from '../support/native/simulated-dynamodb.ts';

let simulated: SimulatedDynamodb;
beforeEach(async () => {
  simulated = await startSimulatedDynamodb();
});
afterEach(() => simulated.close());

const TableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music';
const arn = `${TableArn}/backup/01576616366715-b4e58d3a`;
const place = (of: string) => {
  const { table, id } = parseBackupArn(of) ?? {};
  if (table === undefined || id === undefined) throw new Error('not the ARN of a backup');
  return { table, id, arn: of };
};

const details = {
  BackupArn: arn,
  BackupName: 'by-hand',
  BackupSizeBytes: 1900,
  BackupStatus: 'AVAILABLE',
  BackupType: 'USER',
  BackupCreationDateTime: 1576616366.715,
};
const index = {
  IndexName: 'ByYear',
  KeySchema: [{ AttributeName: 'Year', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
};
const described = {
  BackupDetails: details,
  SourceTableDetails: {
    TableName: 'Music',
    TableId: 'an-id',
    TableArn,
    TableSizeBytes: 2000,
    KeySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
    TableCreationDateTime: 1500000000.5,
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
    ItemCount: 7,
    BillingMode: 'PROVISIONED',
  },
  SourceTableFeatureDetails: { GlobalSecondaryIndexes: [index] },
};

describe('a backup of DynamoDB that Tidemark has not requested', () => {
  test('is described as a record with DynamoDB’s ARN', async () => {
    simulated.answer = { status: 200, body: { BackupDescription: described } };
    expect(await simulated.backups.describeForeign(arn)).toEqual({
      id: '01576616366715-b4e58d3a',
      arn,
      nativeArn: arn,
      name: 'by-hand',
      table: { name: 'Music', arn: TableArn, tableId: 'an-id' },
      description: {
        keySchema: [{ AttributeName: 'Artist', KeyType: 'HASH' }],
        attributeDefinitions: [],
        createdAt: 1_500_000_000_500,
        sizeBytes: 2000,
        itemCount: 7,
        billingMode: 'PROVISIONED',
        provisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 3 },
        localSecondaryIndexes: [],
        globalSecondaryIndexes: [index],
      },
      marker: 1_576_616_366_715,
      status: 'AVAILABLE',
      attempts: 1,
      internal: false,
      source: 'native',
      figures: { items: 7, bytes: 1900, copiedBytes: 0, copiedFiles: 0, copiedRecords: 0 },
    });
    expect(simulated.requests).toEqual([{ operation: 'DescribeBackup', body: { BackupArn: arn } }]);
  });

  test.each(['SYSTEM', 'AWS_BACKUP'])('keeps its type, and when it expires: %s', async (BackupType) => {
    const BackupDetails = { ...details, BackupType, BackupExpiryDateTime: 1579640366.715 };
    simulated.answer = { status: 200, body: { BackupDescription: { ...described, BackupDetails } } };
    expect(await simulated.backups.describeForeign(arn)).toMatchObject({
      type: BackupType,
      expiresAt: 1_579_640_366_715,
    });
  });

  test('does not exist if DynamoDB does not find it or has deleted it', async () => {
    simulated.answer = {
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#BackupNotFoundException', message: 'gone' },
    };
    expect(await simulated.backups.describeForeign(arn)).toBeUndefined();
    const BackupDetails = { ...details, BackupStatus: 'DELETED' };
    simulated.answer = { status: 200, body: { BackupDescription: { ...described, BackupDetails } } };
    expect(await simulated.backups.describeForeign(arn)).toBeUndefined();
  });
});

describe('a list of backups that Tidemark has not requested', () => {
  const catalogArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/catalog';
  const summary = (id: string, BackupName: string) => ({
    ...details,
    BackupArn: `${TableArn}/backup/${id}`,
    BackupName,
    TableName: 'Music',
    TableId: 'an-id',
    TableArn,
  });

  test('asks DynamoDB for the same page, starting at the same place', async () => {
    simulated.answer = { status: 200, body: { BackupSummaries: [] } };
    const query = { table: 'Music', from: 1_576_616_366_715, to: 1_576_616_366_716, limit: 3, catalogArn };
    const elsewhere = place(arn.replace('eu-west-1', 'us-east-1'));
    expect(await simulated.backups.listForeign({ ...query, type: 'SYSTEM', after: elsewhere })).toEqual({
      backups: [],
    });
    expect(simulated.requests).toEqual([
      {
        operation: 'ListBackups',
        body: {
          TableName: 'Music',
          TimeRangeLowerBound: 1576616366.715,
          TimeRangeUpperBound: 1576616366.716,
          BackupType: 'SYSTEM',
          Limit: 3,
          ExclusiveStartBackupArn: arn,
        },
      },
    ]);
  });

  test('leaves out the backups that Tidemark has requested, and returns where the next page begins', async () => {
    const requested = summary('01576616366800-00c0ffee', '01576616366000-00000000');
    simulated.answer = {
      status: 200,
      body: {
        BackupSummaries: [summary('01576616366715-b4e58d3a', 'by-hand'), requested],
        LastEvaluatedBackupArn: requested.BackupArn,
      },
    };
    const { backups, upTo } = await simulated.backups.listForeign({ limit: 2, catalogArn });
    expect(backups).toMatchObject([{ arn, name: 'by-hand', table: { name: 'Music', tableId: 'an-id' } }]);
    expect(upTo).toEqual(place(requested.BackupArn));
  });
});
