import { beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectNoFault, type Json } from '../../../support/wire/http.ts';
import { localIndex } from '../../../support/wire/indexed-tables.ts';
import { useRuntime } from '../../../support/wire/support.ts';

const wire = useRuntime();

const globalIndex = {
  IndexName: 'by-other',
  KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
};
const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
let arn = '';

beforeAll(async () => {
  const table = await wire.createTable('rich', {
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: throughput,
    AttributeDefinitions: ['id', 'sort', 'other'].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: 'id', KeyType: 'HASH' },
      { AttributeName: 'sort', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [globalIndex],
    LocalSecondaryIndexes: [localIndex],
  });
  arn = await wire.backUp(table);
});

/** Restores with these overrides. Returns the table. */
async function restoreWith(name: string, overrides: Json): Promise<Json> {
  return wire.waitUntilActive(await wire.restoreTable(arn, name, overrides));
}

test('DescribeBackup shows the source’s throughput, indexes and stream', async () => {
  const { BackupDescription } = await wire.ok('DescribeBackup', { BackupArn: arn });
  expect(BackupDescription).toMatchObject({
    SourceTableDetails: { ProvisionedThroughput: throughput, BillingMode: 'PROVISIONED' },
    SourceTableFeatureDetails: {
      GlobalSecondaryIndexes: [globalIndex],
      LocalSecondaryIndexes: [localIndex],
      StreamDescription: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  });
});

describe('a restore with overrides over HTTP', () => {
  test('makes a table like the source without any override', async () => {
    expect(await restoreWith('plain', {})).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-other', IndexStatus: 'ACTIVE' }],
      LocalSecondaryIndexes: [{ IndexName: 'local' }],
      ProvisionedThroughput: throughput,
    });
  });

  test('makes a table without indexes', async () => {
    const table = await restoreWith('bare', {
      GlobalSecondaryIndexOverride: [],
      LocalSecondaryIndexOverride: [],
    });
    expect(table).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(table).not.toHaveProperty('LocalSecondaryIndexes');
  });

  test('makes an on-demand table', async () => {
    const table = await restoreWith('on-demand', { BillingModeOverride: 'PAY_PER_REQUEST' });
    expect(table).toMatchObject({ BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } });
  });

  test('makes a table with other throughput and a renamed index', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 7, WriteCapacityUnits: 8 };
    const table = await restoreWith('more', {
      ProvisionedThroughputOverride: ProvisionedThroughput,
      GlobalSecondaryIndexOverride: [{ ...globalIndex, IndexName: 'renamed' }],
    });
    const GlobalSecondaryIndexes = [{ IndexName: 'renamed', IndexStatus: 'ACTIVE' }];
    expect(table).toMatchObject({ ProvisionedThroughput, GlobalSecondaryIndexes });
  });
});

const requestRefused = (overrides: Json) => wire.restore(arn, wire.uniqueName('refused'), overrides);

describe('a restore with an invalid override', () => {
  test('is refused: provisioned throughput for an on-demand table', async () => {
    const answer = await requestRefused({
      BillingModeOverride: 'PAY_PER_REQUEST',
      ProvisionedThroughputOverride: throughput,
    });
    expectError(answer, 'ValidationException', /^Invalid Request: Cannot override ProvisionedThroughput /);
  });

  test.each([
    { KeySchema: [{ AttributeName: 'note', KeyType: 'HASH' }] },
    { Projection: { ProjectionType: 'ALL' } },
  ])('is refused: an index that the source does not have, %j', async (change) => {
    expectError(
      await requestRefused({ GlobalSecondaryIndexOverride: [{ ...globalIndex, ...change }] }),
      'ValidationException',
      /^Invalid Request: Index by-other does not match a secondary index that existed in the source table/,
    );
  });

  test.each<Json>([
    { ProvisionedThroughputOverride: { ReadCapacityUnits: 0, WriteCapacityUnits: 1 } },
    { ProvisionedThroughputOverride: {} },
    { GlobalSecondaryIndexOverride: [{}] },
    { GlobalSecondaryIndexOverride: [null] },
    { GlobalSecondaryIndexOverride: 'x' },
    { GlobalSecondaryIndexOverride: {} },
    { LocalSecondaryIndexOverride: [[]] },
    { BillingModeOverride: 'FREE' },
    { OnDemandThroughputOverride: { MaxReadRequestUnits: 'x' } },
    { SSESpecificationOverride: { SSEType: 'NOPE' } },
    { SSESpecificationOverride: [] },
    { TidemarkOptions: { Keep: ['NOPE'] } },
    { TidemarkOptions: { Keep: 'STREAM' } },
  ])('is refused: a malformed override, %j', async (overrides) => {
    const answer = await requestRefused(overrides);
    expect(answer.status).toBe(400);
    expectNoFault(answer, JSON.stringify(overrides));
  });
});
