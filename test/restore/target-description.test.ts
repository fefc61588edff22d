import type {
  GlobalSecondaryIndexInfo,
  KeySchemaElement,
  LocalSecondaryIndexInfo,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../lambda/model/records.ts';
import { planTarget } from '../../lambda/restore/target-description.ts';
import type { RestoreOverrides } from '../../lambda/model/restore-overrides.ts';

const units = { ReadCapacityUnits: 5, WriteCapacityUnits: 6 };
const more = { ReadCapacityUnits: 7, WriteCapacityUnits: 8 };
const none = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };

const year: KeySchemaElement = { AttributeName: 'year', KeyType: 'HASH' };
const byYear: GlobalSecondaryIndexInfo = {
  IndexName: 'by-year',
  KeySchema: [year, { AttributeName: 'artist', KeyType: 'RANGE' }],
  Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['label', 'price'] },
};
const byLabel: GlobalSecondaryIndexInfo = {
  IndexName: 'by-label',
  KeySchema: [{ AttributeName: 'label', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
};
const byRank: LocalSecondaryIndexInfo = {
  IndexName: 'by-rank',
  KeySchema: [
    { AttributeName: 'artist', KeyType: 'HASH' },
    { AttributeName: 'rank', KeyType: 'RANGE' },
  ],
  Projection: { ProjectionType: 'ALL' },
};

const definition = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
const kms = { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'arn:aws:kms:eu-west-1:1:key/k' } as const;

/** What every restore has of these tables, with all their indexes. */
const common = {
  keySchema: [
    { AttributeName: 'artist', KeyType: 'HASH' },
    { AttributeName: 'title', KeyType: 'RANGE' },
  ],
  attributeDefinitions: ['artist', 'title', 'year', 'label', 'rank'].map(definition),
  createdAt: 1,
  sizeBytes: 2,
  itemCount: 3,
  localSecondaryIndexes: [byRank],
  sse: kms,
} satisfies Partial<TableDescription>;

const leftOff = {
  stream: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  timeToLive: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
  tableClass: 'STANDARD_INFREQUENT_ACCESS',
  deletionProtection: true,
} as const;

const provisioned: TableDescription = {
  ...common,
  ...leftOff,
  billingMode: 'PROVISIONED',
  provisionedThroughput: units,
  globalSecondaryIndexes: [
    { ...byYear, ProvisionedThroughput: units },
    { ...byLabel, ProvisionedThroughput: more },
  ],
};

/** As DynamoDB describes it: zeros for what is not provisioned, -1 for a maximum that there is not. */
const onDemand: TableDescription = {
  ...common,
  ...leftOff,
  billingMode: 'PAY_PER_REQUEST',
  provisionedThroughput: none,
  onDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 },
  globalSecondaryIndexes: [
    { ...byYear, ProvisionedThroughput: none, OnDemandThroughput: { MaxWriteRequestUnits: 50 } },
    { ...byLabel, ProvisionedThroughput: none },
  ],
};

const target = planTarget;
const toOnDemand = { billingMode: 'PAY_PER_REQUEST' } as const;
const toProvisioned = { billingMode: 'PROVISIONED', provisionedThroughput: more } as const;

describe('without overrides the target is as the source was', () => {
  it('provisioned, without what DynamoDB leaves off', () => {
    const { globalSecondaryIndexes, billingMode, provisionedThroughput } = provisioned;
    expect(target(provisioned, {})).toEqual({
      ...common,
      globalSecondaryIndexes,
      billingMode,
      provisionedThroughput,
    });
  });

  it('on demand, with its maxima', () => {
    expect(target(onDemand, {})).toEqual({
      ...common,
      billingMode: 'PAY_PER_REQUEST',
      onDemandThroughput: { MaxReadRequestUnits: 100 },
      globalSecondaryIndexes: [{ ...byYear, OnDemandThroughput: { MaxWriteRequestUnits: 50 } }, byLabel],
    });
  });
});

describe('a setting that is to be kept comes back', () => {
  it.each(['stream', 'timeToLive', 'tableClass', 'deletionProtection'] as const)('%s', (name) => {
    expect(target(provisioned, { keep: [name] })).toEqual({
      ...target(provisioned, {}),
      [name]: leftOff[name],
    });
  });

  it('if the source had it', () => {
    const { stream: _, ...without } = provisioned;
    expect(target(without, { keep: ['stream'] })).not.toHaveProperty('stream');
  });
});

describe('throughput follows the billing mode', () => {
  const indexThroughput = ({ globalSecondaryIndexes: indexes }: TableDescription) =>
    indexes.map((index) => index.ProvisionedThroughput ?? index.OnDemandThroughput);

  it('overridden to on demand: what was provisioned goes', () => {
    const made = target(provisioned, toOnDemand);
    expect(made.billingMode).toBe('PAY_PER_REQUEST');
    expect(made).not.toHaveProperty('provisionedThroughput');
    expect(made).not.toHaveProperty('onDemandThroughput');
    expect(made.globalSecondaryIndexes).toEqual([byYear, byLabel]);
  });

  it.each<[string, TableDescription, RestoreOverrides, object | undefined]>([
    ['overridden to on demand', provisioned, toOnDemand, { MaxReadRequestUnits: 9, MaxWriteRequestUnits: 8 }],
    ['on demand as the source was', onDemand, {}, { MaxWriteRequestUnits: 1 }],
    ['named as the source’s', onDemand, toOnDemand, { MaxReadRequestUnits: 1 }],
  ])('the maxima that are asked: %s', (_, source, overrides, maxima) => {
    expect(target(source, { ...overrides, onDemandThroughput: { ...maxima } }).onDemandThroughput).toEqual(
      maxima,
    );
  });

  it.each([{}, { MaxReadRequestUnits: -1 }])('maxima that say none: %j', (asked) => {
    expect(target(onDemand, { onDemandThroughput: asked })).not.toHaveProperty('onDemandThroughput');
  });

  it('overridden to provisioned: the table has what is asked, each index too', () => {
    const made = target(onDemand, {
      ...toProvisioned,
      globalSecondaryIndexes: [{ ...byYear, ProvisionedThroughput: units }],
    });
    expect(made).toMatchObject({ billingMode: 'PROVISIONED', provisionedThroughput: more });
    expect(made).not.toHaveProperty('onDemandThroughput');
    expect(made.globalSecondaryIndexes).toEqual([{ ...byYear, ProvisionedThroughput: units }]);
  });

  it.each([{}, { billingMode: 'PROVISIONED' as const }])(
    'provisioned already: the table has what is asked, its indexes what they had, %j',
    (mode) => {
      const made = target(provisioned, { ...mode, provisionedThroughput: more });
      expect(made.provisionedThroughput).toEqual(more);
      expect(indexThroughput(made)).toEqual([units, more]);
    },
  );

  it('an index that is asked has the maxima that are asked, not the source’s', () => {
    const indexes = [byYear, { ...byLabel, OnDemandThroughput: { MaxReadRequestUnits: 4 } }];
    expect(indexThroughput(target(onDemand, { globalSecondaryIndexes: indexes }))).toEqual([
      undefined,
      { MaxReadRequestUnits: 4 },
    ]);
  });
});

describe('indexes', () => {
  it('are none if none are asked, and their attributes go too', () => {
    expect(target(provisioned, { globalSecondaryIndexes: [], localSecondaryIndexes: [] })).toMatchObject({
      globalSecondaryIndexes: [],
      localSecondaryIndexes: [],
      attributeDefinitions: ['artist', 'title'].map(definition),
    });
  });

  it('are asked of one sort without the other changing', () => {
    const made = target(provisioned, { globalSecondaryIndexes: [] });
    expect(made.localSecondaryIndexes).toEqual([byRank]);
    expect(made.attributeDefinitions).toEqual(['artist', 'title', 'rank'].map(definition));
  });

  it('match by key and projection: the name may be another, projected attributes have no order', () => {
    const asked = {
      ...byYear,
      IndexName: 'renamed',
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['price', 'label'] },
      ProvisionedThroughput: more,
    };
    const local = { ...byRank, IndexName: 'also-renamed' };
    const made = target(provisioned, { globalSecondaryIndexes: [asked], localSecondaryIndexes: [local] });
    expect(made.globalSecondaryIndexes).toEqual([
      { ...byYear, IndexName: 'renamed', ProvisionedThroughput: more },
    ]);
    expect(made.localSecondaryIndexes).toEqual([local]);
  });

  it.each<[string, RestoreOverrides]>([
    ['another key', { globalSecondaryIndexes: [{ ...byYear, KeySchema: [year] }] }],
    [
      'keys of other types',
      {
        globalSecondaryIndexes: [
          {
            ...byYear,
            KeySchema: byYear.KeySchema?.map((element) => ({ ...element, KeyType: 'HASH' as const })),
          },
        ],
      },
    ],
    [
      'another projection',
      { globalSecondaryIndexes: [{ ...byYear, Projection: { ProjectionType: 'ALL' } }] },
    ],
    [
      'more projected attributes',
      {
        globalSecondaryIndexes: [
          {
            ...byYear,
            Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['label', 'price', 'x'] },
          },
        ],
      },
    ],
    ['a local index’s key', { globalSecondaryIndexes: [{ ...byRank, IndexName: 'by-year' }] }],
    ['a global index’s key', { localSecondaryIndexes: [byYear] }],
    [
      'the second of two',
      {
        globalSecondaryIndexes: [
          { ...byLabel, ProvisionedThroughput: units },
          { ...byYear, KeySchema: [] },
        ],
      },
    ],
  ])('that did not exist are refused: %s', (_, overrides) => {
    expect(() => target(provisioned, overrides)).toThrow(
      invalid(
        'Invalid Request: Index by-year does not match a secondary index that existed in the source table and cannot ' +
          'be created during the restore operation',
      ),
    );
  });

  it.each<[string, RestoreOverrides]>([
    [
      'twice the same',
      {
        globalSecondaryIndexes: [byYear, byYear].map((index) => ({ ...index, ProvisionedThroughput: units })),
      },
    ],
    ['a local one as a global one', { localSecondaryIndexes: [{ ...byRank, IndexName: 'by-year' }] }],
  ])('of one name are refused: %s', (_, overrides) => {
    expect(() => target(provisioned, overrides)).toThrow(
      invalid('One or more parameter values were invalid: Duplicate index name: by-year'),
    );
  });
});

describe('encryption', () => {
  it.each<[string, RestoreOverrides['sse'], object | undefined]>([
    ['not asked: as the source was', undefined, kms],
    ['an AWS managed key', { Enabled: true }, { Status: 'ENABLED', SSEType: 'KMS' }],
    [
      'a key of the owner',
      { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/mine' },
      { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'alias/mine' },
    ],
    ['DynamoDB’s own key', { Enabled: false }, undefined],
    ['nothing said', {}, undefined],
  ])('%s', (_, sse, expected) => {
    expect(target(onDemand, sse ? { sse } : {}).sse).toEqual(expected);
  });

  it.each<[string, NonNullable<RestoreOverrides['sse']>]>([
    ['SSEType can not be specified if Enabled is false', { Enabled: false, SSEType: 'KMS' }],
    ['KMSMasterKeyId can not be specified if Enabled is false', { Enabled: false, KMSMasterKeyId: 'k' }],
    ['KMSMasterKeyId can not be specified if Enabled is false', { KMSMasterKeyId: 'k' }],
    ['SSEType KMS is required if KMSMasterKeyId is specified', { Enabled: true, KMSMasterKeyId: 'k' }],
    ['SSEType AES256 is not supported', { Enabled: true, SSEType: 'AES256' }],
  ])('is refused: %s', (text, sse) => {
    expect(() => target(onDemand, { sse })).toThrow(
      invalid(`One or more parameter values were invalid: ${text}`),
    );
  });
});

describe('what does not go with the billing mode is refused', () => {
  const asked = (index: GlobalSecondaryIndexInfo) => ({ globalSecondaryIndexes: [{ ...byYear, ...index }] });
  it.each<[string, TableDescription, RestoreOverrides]>([
    [
      'Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED',
      onDemand,
      { provisionedThroughput: units },
    ],
    [
      'Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST',
      provisioned,
      { ...toOnDemand, provisionedThroughput: units },
    ],
    [
      'Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED',
      onDemand,
      { billingMode: 'PROVISIONED' },
    ],
    [
      'Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED',
      provisioned,
      { billingMode: 'PROVISIONED' },
    ],
    [
      'Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST',
      provisioned,
      { onDemandThroughput: { MaxReadRequestUnits: 5, MaxWriteRequestUnits: 5 } },
    ],
    [
      'Cannot override MaxWriteRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST',
      onDemand,
      { ...toProvisioned, onDemandThroughput: { MaxWriteRequestUnits: 5 } },
    ],
    [
      'Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range',
      onDemand,
      { onDemandThroughput: { MaxReadRequestUnits: 0, MaxWriteRequestUnits: 0 } },
    ],
    [
      'Requested MaxWriteRequestUnits for OnDemandThroughput is outside of valid range',
      provisioned,
      { ...toOnDemand, onDemandThroughput: { MaxReadRequestUnits: 1, MaxWriteRequestUnits: -2 } },
    ],
    ['Must specify provisioned throughput for index by-year', provisioned, asked({})],
    ['Must specify provisioned throughput for index by-year', onDemand, toProvisioned],
    ['Must specify provisioned throughput for index by-year', onDemand, { ...toProvisioned, ...asked({}) }],
    [
      'Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index by-year',
      provisioned,
      { ...toOnDemand, ...asked({ ProvisionedThroughput: units }) },
    ],
    [
      'Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED for index by-year',
      onDemand,
      asked({ ProvisionedThroughput: units }),
    ],
    [
      'Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST for ' +
        'index by-year',
      provisioned,
      asked({ ProvisionedThroughput: units, OnDemandThroughput: { MaxReadRequestUnits: 5 } }),
    ],
    [
      'Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range for index by-year',
      onDemand,
      asked({ OnDemandThroughput: { MaxReadRequestUnits: 0 } }),
    ],
  ])('%s', (text, source, overrides) => {
    expect(() => target(source, overrides)).toThrow(invalid(`Invalid Request: ${text}`));
  });
});

function invalid(message: string) {
  return expect.objectContaining({ code: 'Validation', message });
}
