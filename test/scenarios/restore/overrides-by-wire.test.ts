import { beforeAll, describe, expect, test } from 'vitest';
import { expectError, expectNoFault, type Json } from '../../support/wire/http.ts';
import { localIndex } from '../../support/wire/indexed-tables.ts';
import { embeddedWire } from '../../support/wire/support.ts';

const wire = embeddedWire();

const globalIndex = {
  IndexName: 'by-other',
  KeySchema: [{ AttributeName: 'other', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['note'] },
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 2 },
};
const throughput = { ReadCapacityUnits: 3, WriteCapacityUnits: 4 };
let arn = '';

beforeAll(async () => {
  const table = await wire.table('rich', {
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
  arn = await wire.backup(table);
});

/** The table that a restore with these overrides makes. */
async function made(name: string, overrides: Json): Promise<Json> {
  return wire.active(await wire.restored(arn, name, overrides));
}

test('DescribeBackup tells the source’s keys, throughput, indexes and stream', async () => {
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

describe('a restore makes a table', () => {
  test('as the source was, where nothing else is asked for', async () => {
    expect(await made('plain', {})).toMatchObject({
      GlobalSecondaryIndexes: [{ IndexName: 'by-other', IndexStatus: 'ACTIVE' }],
      LocalSecondaryIndexes: [{ IndexName: 'local' }],
      ProvisionedThroughput: throughput,
    });
  });

  test('without indexes', async () => {
    const table = await made('bare', { GlobalSecondaryIndexOverride: [], LocalSecondaryIndexOverride: [] });
    expect(table).not.toHaveProperty('GlobalSecondaryIndexes');
    expect(table).not.toHaveProperty('LocalSecondaryIndexes');
  });

  test('on demand', async () => {
    const table = await made('on-demand', { BillingModeOverride: 'PAY_PER_REQUEST' });
    expect(table).toMatchObject({ BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } });
  });

  test('of other throughput, with an index of another name', async () => {
    const ProvisionedThroughput = { ReadCapacityUnits: 7, WriteCapacityUnits: 8 };
    const table = await made('more', {
      ProvisionedThroughputOverride: ProvisionedThroughput,
      GlobalSecondaryIndexOverride: [{ ...globalIndex, IndexName: 'renamed' }],
    });
    const GlobalSecondaryIndexes = [{ IndexName: 'renamed', IndexStatus: 'ACTIVE' }];
    expect(table).toMatchObject({ ProvisionedThroughput, GlobalSecondaryIndexes });
  });
});

const refused = (overrides: Json) => wire.restore(arn, wire.named('refused'), overrides);

describe('a restore is refused', () => {
  test('throughput on demand', async () => {
    const answer = await refused({
      BillingModeOverride: 'PAY_PER_REQUEST',
      ProvisionedThroughputOverride: throughput,
    });
    expectError(answer, 'ValidationException', /^Invalid Request: Cannot override ProvisionedThroughput /);
  });

  test.each([
    { KeySchema: [{ AttributeName: 'note', KeyType: 'HASH' }] },
    { Projection: { ProjectionType: 'ALL' } },
  ])('an index that the source had not: %j', async (change) => {
    expectError(
      await refused({ GlobalSecondaryIndexOverride: [{ ...globalIndex, ...change }] }),
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
  ])('what no override can be: %j', async (overrides) => {
    const answer = await refused(overrides);
    expect(answer.status).toBe(400);
    expectNoFault(answer, JSON.stringify(overrides));
  });
});
