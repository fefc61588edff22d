import { describe, expect, test } from 'vitest';
import { handle } from '../../../../lambda/dialects/dynamodb/dialect.ts';
import { silentLog } from '../../../../lambda/runtime/logger.ts';
import { estimate } from '../encoded.ts';
import {
  answerTo,
  arn,
  available,
  creating,
  failingOperations,
  fakeOperations,
  post,
  restoring,
  tableArn,
} from '../fakes.ts';

const request = { TargetTableName: 'Music-copy', BackupArn: arn };
const targetArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/Music-copy';
const summary = {
  SourceBackupArn: arn,
  SourceTableArn: tableArn,
  RestoreDateTime: 1576616366.715,
  RestoreInProgress: true,
};

describe('RestoreTableFromBackup', () => {
  test('returns the description of the table that will be created', async () => {
    const operations = fakeOperations();
    expect(await answerTo(operations, 'RestoreTableFromBackup', request)).toEqual({
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

  test('describes the table that will be created, not its source', async () => {
    const description = {
      ...creating.description,
      tableClass: 'STANDARD_INFREQUENT_ACCESS',
      deletionProtection: true,
    } as const;
    const operations = fakeOperations({
      restoreTable: async () => ({ restore: { ...restoring, description } }),
    });
    const { answer } = await answerTo(operations, 'RestoreTableFromBackup', request);
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

  test('passes on the caller', async () => {
    const operations = fakeOperations();
    await handle(operations, post('RestoreTableFromBackup', request, { caller: 'ada' }), silentLog);
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
  ])('decodes the overrides %j', async (override, overrides) => {
    const operations = fakeOperations();
    expect((await answerTo(operations, 'RestoreTableFromBackup', { ...request, ...override })).status).toBe(
      200,
    );
    const given = operations.restoreTable.mock.lastCall?.[0].overrides;
    // An absent override must not become a member with the value undefined, which stored records never have.
    expect(given).toStrictEqual(overrides);
  });
});

describe('a dry run of RestoreTableFromBackup', () => {
  const dry = { ...request, TidemarkOptions: { DryRun: true, Keep: ['STREAM'] } };

  test('returns the answer of the restore with an estimate, and starts nothing', async () => {
    const operations = fakeOperations();
    const real = await answerTo(fakeOperations(), 'RestoreTableFromBackup', request);
    const given = await answerTo(operations, 'RestoreTableFromBackup', dry);
    const { TableDescription: table } = real.answer as {
      TableDescription: { RestoreSummary: Record<string, unknown> };
    };
    expect(given).toEqual({
      status: 200,
      answer: {
        TableDescription: {
          ...table,
          RestoreSummary: { ...table.RestoreSummary, RestoreInProgress: false },
          Tidemark: { Estimate: estimate },
        },
      },
    });
    expect(operations.dryRunRestore).toHaveBeenCalledExactlyOnceWith({
      backup: { table: 'Music', id: available.id, arn },
      target: 'Music-copy',
      overrides: { keep: ['stream'] },
    });
    expect(operations.restoreTable).not.toHaveBeenCalled();
  });

  test.each([undefined, null, false])('is not made if the request has DryRun %j', async (DryRun) => {
    const operations = fakeOperations();
    await answerTo(operations, 'RestoreTableFromBackup', { ...request, TidemarkOptions: { DryRun } });
    expect(operations.dryRunRestore).not.toHaveBeenCalled();
    expect(operations.restoreTable).toHaveBeenCalledOnce();
  });

  test.each(['TableAlreadyExists', 'TableInUse', 'LimitExceeded', 'BackupNotFound', 'Validation'] as const)(
    'fails like the restore with %s',
    async (code) => {
      const [real, given] = await Promise.all(
        [request, dry].map((body) => answerTo(failingOperations(code), 'RestoreTableFromBackup', body)),
      );
      expect(given).toEqual(real);
      expect(given?.status).toBe(400);
    },
  );
});
