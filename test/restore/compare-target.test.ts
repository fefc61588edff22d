import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../lambda/model/records.ts';
import { findDifferences } from '../../lambda/restore/compare-target.ts';

const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };

const promised: TableDescription = {
  keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  attributeDefinitions: ['pk', 'year', 'rank'].map((AttributeName) => ({
    AttributeName,
    AttributeType: 'S',
  })),
  createdAt: 1,
  sizeBytes: 2,
  itemCount: 3,
  billingMode: 'PROVISIONED',
  provisionedThroughput: units,
  localSecondaryIndexes: [
    {
      IndexName: 'by-rank',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'rank', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  globalSecondaryIndexes: [
    {
      IndexName: 'by-year',
      KeySchema: [{ AttributeName: 'year', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['a', 'b'] },
      ProvisionedThroughput: units,
    },
  ],
  stream: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
  sse: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'alias/mine' },
};

const [byYear] = promised.globalSecondaryIndexes;
const withIndex = (change: object): Partial<TableDescription> => ({
  globalSecondaryIndexes: [{ ...byYear, ...change }],
});

describe('the differences between a restored table and its description', () => {
  it('are none if only the order differs, or the key’s ARN stands in place of its alias', () => {
    const actual: TableDescription = {
      ...promised,
      createdAt: 7,
      itemCount: 0,
      attributeDefinitions: promised.attributeDefinitions.toReversed(),
      ...withIndex({ Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['b', 'a'] } }),
      timeToLive: { TimeToLiveStatus: 'ENABLING', AttributeName: 'until' },
      sse: { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'arn:aws:kms:eu-west-1:1:key/k' },
      deletionProtection: true,
    };
    expect(findDifferences(promised, actual)).toEqual([]);
  });

  it('do not include settings that the request did not name, such as a stream that the database enables itself', () => {
    const { stream: _, timeToLive: __, ...asked } = promised;
    expect(findDifferences(asked, promised)).toEqual([]);
  });

  it.each<[string, Partial<TableDescription>]>([
    [
      'index by-year, throughput: 0 read and 0 write units instead of 5 read and 6 write units',
      withIndex({ ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } }),
    ],
    [
      'index by-year: HASH year (S), ALL instead of HASH year (S), INCLUDE a b',
      withIndex({ Projection: { ProjectionType: 'ALL' } }),
    ],
    ['index by-rank: none instead of HASH pk (S) RANGE rank (S), ALL', { localSecondaryIndexes: [] }],
    [
      'throughput: 1 read and 1 write units instead of 5 read and 6 write units',
      { provisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } },
    ],
    [
      'stream: KEYS_ONLY instead of NEW_AND_OLD_IMAGES',
      { stream: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } },
    ],
    ['stream: none instead of NEW_AND_OLD_IMAGES', { stream: { StreamEnabled: false } }],
    ['time to live: none instead of until', { timeToLive: { TimeToLiveStatus: 'DISABLED' } }],
    ['table class: STANDARD instead of STANDARD_INFREQUENT_ACCESS', { tableClass: 'STANDARD' }],
    ['encryption: AES256 instead of KMS', { sse: { Status: 'ENABLED', SSEType: 'AES256' } }],
    [
      'key: HASH sk (undefined) instead of HASH pk (S)',
      { keySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }] },
    ],
  ])('name the setting and both values: %s', (text, change) => {
    expect(findDifferences(promised, { ...promised, ...change })).toContain(text);
  });

  it('include the on-demand maxima of a table and of its index', () => {
    const onDemand: TableDescription = {
      ...promised,
      billingMode: 'PAY_PER_REQUEST',
      onDemandThroughput: { MaxReadRequestUnits: 5, MaxWriteRequestUnits: -1 },
      ...withIndex({ OnDemandThroughput: { MaxWriteRequestUnits: 7 } }),
    };
    const { onDemandThroughput: _, ...unbounded } = { ...onDemand, ...withIndex({}) };
    expect(findDifferences(onDemand, unbounded)).toEqual([
      'throughput maxima: none instead of 5 read and any write units',
      'index by-year, throughput maxima: none instead of any read and 7 write units',
    ]);
  });

  it('include an index that the request did not name', () => {
    expect(findDifferences({ ...promised, globalSecondaryIndexes: [] }, promised)).toEqual([
      'index by-year: not requested',
      'index by-year, throughput: not requested',
    ]);
  });
});
