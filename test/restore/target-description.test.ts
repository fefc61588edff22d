import type {
  GlobalSecondaryIndexInfo,
  KeySchemaElement,
  LocalSecondaryIndexInfo,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../lambda/model/records.ts';
import { planTarget } from '../../lambda/restore/target-description.ts';
import { listRepairedIndexes } from '../../lambda/restore/repair-source.ts';
import { checkIndexKeys } from '../../lambda/restore/target-indexes.ts';
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

/** The settings that a restore without overrides gives both tables. */
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

/** Settings that DynamoDB's restore does not keep. */
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

/** An on-demand table as DynamoDB describes it: zeros for provisioned throughput, -1 for "no maximum". */
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

const toOnDemand = { billingMode: 'PAY_PER_REQUEST' } as const;
const toProvisioned = { billingMode: 'PROVISIONED', provisionedThroughput: more } as const;

describe('a target of a request without overrides', () => {
  it('has the source’s provisioned throughput, without the settings that DynamoDB does not keep', () => {
    const { globalSecondaryIndexes, billingMode, provisionedThroughput } = provisioned;
    expect(planTarget(provisioned, {})).toEqual({
      ...common,
      globalSecondaryIndexes,
      billingMode,
      provisionedThroughput,
    });
  });

  it('is on demand if the source is, with the source’s maxima', () => {
    expect(planTarget(onDemand, {})).toEqual({
      ...common,
      billingMode: 'PAY_PER_REQUEST',
      onDemandThroughput: { MaxReadRequestUnits: 100 },
      globalSecondaryIndexes: [{ ...byYear, OnDemandThroughput: { MaxWriteRequestUnits: 50 } }, byLabel],
    });
  });
});

describe('a target of a request with `keep`', () => {
  it.each(['stream', 'timeToLive', 'tableClass', 'deletionProtection'] as const)(
    'has the source’s setting: %s',
    (name) => {
      expect(planTarget(provisioned, { keep: [name] })).toEqual({
        ...planTarget(provisioned, {}),
        [name]: leftOff[name],
      });
    },
  );

  it('lacks a setting that the source does not have', () => {
    const { stream: _, ...without } = provisioned;
    expect(planTarget(without, { keep: ['stream'] })).not.toHaveProperty('stream');
  });
});

describe('the throughput of a target', () => {
  const indexThroughput = ({ globalSecondaryIndexes: indexes }: TableDescription) =>
    indexes.map((index) => index.ProvisionedThroughput ?? index.OnDemandThroughput);

  it('is not provisioned after an override to on-demand', () => {
    const made = planTarget(provisioned, toOnDemand);
    expect(made.billingMode).toBe('PAY_PER_REQUEST');
    expect(made).not.toHaveProperty('provisionedThroughput');
    expect(made).not.toHaveProperty('onDemandThroughput');
    expect(made.globalSecondaryIndexes).toEqual([byYear, byLabel]);
  });

  it.each<[string, TableDescription, RestoreOverrides, object | undefined]>([
    [
      'after an override to on-demand',
      provisioned,
      toOnDemand,
      { MaxReadRequestUnits: 9, MaxWriteRequestUnits: 8 },
    ],
    ['of an on-demand source', onDemand, {}, { MaxWriteRequestUnits: 1 }],
    [
      'after an override to the source’s own on-demand mode',
      onDemand,
      toOnDemand,
      { MaxReadRequestUnits: 1 },
    ],
  ])('has the requested maxima %s', (_, source, overrides, maxima) => {
    expect(
      planTarget(source, { ...overrides, onDemandThroughput: { ...maxima } }).onDemandThroughput,
    ).toEqual(maxima);
  });

  it.each([{}, { MaxReadRequestUnits: -1 }])('has no maxima if the request has none: %j', (overridesWith) => {
    expect(planTarget(onDemand, { onDemandThroughput: overridesWith })).not.toHaveProperty(
      'onDemandThroughput',
    );
  });

  it('is the requested one for table and indexes after an override to provisioned', () => {
    const made = planTarget(onDemand, {
      ...toProvisioned,
      globalSecondaryIndexes: [{ ...byYear, ProvisionedThroughput: units }],
    });
    expect(made).toMatchObject({ billingMode: 'PROVISIONED', provisionedThroughput: more });
    expect(made).not.toHaveProperty('onDemandThroughput');
    expect(made.globalSecondaryIndexes).toEqual([{ ...byYear, ProvisionedThroughput: units }]);
  });

  it.each([{}, { billingMode: 'PROVISIONED' as const }])(
    'is the requested one for a provisioned table and the source’s for its indexes: %j',
    (mode) => {
      const made = planTarget(provisioned, { ...mode, provisionedThroughput: more });
      expect(made.provisionedThroughput).toEqual(more);
      expect(indexThroughput(made)).toEqual([units, more]);
    },
  );

  it('is the requested one for a requested index, never the source’s', () => {
    const indexes = [byYear, { ...byLabel, OnDemandThroughput: { MaxReadRequestUnits: 4 } }];
    expect(indexThroughput(planTarget(onDemand, { globalSecondaryIndexes: indexes }))).toEqual([
      undefined,
      { MaxReadRequestUnits: 4 },
    ]);
  });
});

describe('the indexes of a target', () => {
  it('are none if the request lists none, and the target defines no attributes for them', () => {
    expect(planTarget(provisioned, { globalSecondaryIndexes: [], localSecondaryIndexes: [] })).toMatchObject({
      globalSecondaryIndexes: [],
      localSecondaryIndexes: [],
      attributeDefinitions: ['artist', 'title'].map(definition),
    });
  });

  it('do not change if the request overrides only indexes of the other kind', () => {
    const made = planTarget(provisioned, { globalSecondaryIndexes: [] });
    expect(made.localSecondaryIndexes).toEqual([byRank]);
    expect(made.attributeDefinitions).toEqual(['artist', 'title', 'rank'].map(definition));
  });

  it('match the source’s by key and projection, even with other names and another order of projected attributes', () => {
    const overridesWith = {
      ...byYear,
      IndexName: 'renamed',
      Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: ['price', 'label'] },
      ProvisionedThroughput: more,
    };
    const local = { ...byRank, IndexName: 'also-renamed' };
    const made = planTarget(provisioned, {
      globalSecondaryIndexes: [overridesWith],
      localSecondaryIndexes: [local],
    });
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
  ])('are refused if the source has no such index: %s', (_, overrides) => {
    expect(() => planTarget(provisioned, overrides)).toThrow(
      invalid(
        'Invalid Request: Index by-year does not match a secondary index that existed in the source table and cannot ' +
          'be created during the restore operation',
      ),
    );
  });

  it.each<[string, RestoreOverrides]>([
    [
      'the same index twice',
      {
        globalSecondaryIndexes: [byYear, byYear].map((index) => ({ ...index, ProvisionedThroughput: units })),
      },
    ],
    [
      'a local index with the name of a global one',
      { localSecondaryIndexes: [{ ...byRank, IndexName: 'by-year' }] },
    ],
  ])('are refused if two have one name: %s', (_, overrides) => {
    expect(() => planTarget(provisioned, overrides)).toThrow(
      invalid('One or more parameter values were invalid: Duplicate index name: by-year'),
    );
  });
});

describe('the encryption of a target', () => {
  it.each<[string, RestoreOverrides['sse'], object | undefined]>([
    ['the source’s key without an override', undefined, kms],
    [
      'the AWS managed key if encryption is enabled',
      { Enabled: true },
      { Status: 'ENABLED', SSEType: 'KMS' },
    ],
    [
      'the customer’s key that the request names',
      { Enabled: true, SSEType: 'KMS', KMSMasterKeyId: 'alias/mine' },
      { Status: 'ENABLED', SSEType: 'KMS', KMSMasterKeyArn: 'alias/mine' },
    ],
    ['DynamoDB’s own key if encryption is disabled', { Enabled: false }, undefined],
    ['DynamoDB’s own key for an empty override', {}, undefined],
  ])('is %s', (_, sse, expected) => {
    expect(planTarget(onDemand, sse ? { sse } : {}).sse).toEqual(expected);
  });

  it.each<[string, NonNullable<RestoreOverrides['sse']>]>([
    ['SSEType can not be specified if Enabled is false', { Enabled: false, SSEType: 'KMS' }],
    ['KMSMasterKeyId can not be specified if Enabled is false', { Enabled: false, KMSMasterKeyId: 'k' }],
    ['KMSMasterKeyId can not be specified if Enabled is false', { KMSMasterKeyId: 'k' }],
    ['SSEType KMS is required if KMSMasterKeyId is specified', { Enabled: true, KMSMasterKeyId: 'k' }],
    ['SSEType AES256 is not supported', { Enabled: true, SSEType: 'AES256' }],
  ])('is refused: %s', (text, sse) => {
    expect(() => planTarget(onDemand, { sse })).toThrow(
      invalid(`One or more parameter values were invalid: ${text}`),
    );
  });
});

describe('throughput that does not fit the billing mode', () => {
  const overridesWith = (index: GlobalSecondaryIndexInfo) => ({
    globalSecondaryIndexes: [{ ...byYear, ...index }],
  });
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
    ['Must specify provisioned throughput for index by-year', provisioned, overridesWith({})],
    [
      'Must specify provisioned throughput for index by-year',
      onDemand,
      { ...toProvisioned, ...overridesWith({}) },
    ],
    [
      'Cannot override ProvisionedThroughput if BillingMode is overridden to PAY_PER_REQUEST for index by-year',
      provisioned,
      { ...toOnDemand, ...overridesWith({ ProvisionedThroughput: units }) },
    ],
    [
      'Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED for index by-year',
      onDemand,
      overridesWith({ ProvisionedThroughput: units }),
    ],
    [
      'Cannot override MaxReadRequestUnits for OnDemandThroughput unless BillingModeOverride is PAY_PER_REQUEST for ' +
        'index by-year',
      provisioned,
      overridesWith({ ProvisionedThroughput: units, OnDemandThroughput: { MaxReadRequestUnits: 5 } }),
    ],
    [
      'Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range for index by-year',
      onDemand,
      overridesWith({ OnDemandThroughput: { MaxReadRequestUnits: 0 } }),
    ],
  ])('is refused: %s', (text, source, overrides) => {
    expect(() => planTarget(source, overrides)).toThrow(invalid(`Invalid Request: ${text}`));
  });
});

describe('an index that a backup describes without throughput', () => {
  const zeros: TableDescription = {
    ...provisioned,
    globalSecondaryIndexes: [
      { ...byYear, ProvisionedThroughput: none },
      { ...byLabel, ProvisionedThroughput: more },
    ],
  };

  it.each<[string, RestoreOverrides, object]>([
    ['source’s', {}, units],
    [
      'source’s, when the mode is requested too',
      { billingMode: 'PROVISIONED', provisionedThroughput: units },
      units,
    ],
    ['requested', { provisionedThroughput: more }, more],
  ])('gets the throughput of its table: the %s', (_, overrides, throughput) => {
    const [index, other] = planTarget(zeros, overrides).globalSecondaryIndexes;
    expect([index?.ProvisionedThroughput, other?.ProvisionedThroughput]).toEqual([throughput, more]);
    expect(listRepairedIndexes(zeros, overrides)).toEqual(['by-year']);
  });

  it.each<RestoreOverrides>([
    toOnDemand,
    { globalSecondaryIndexes: [] },
    { globalSecondaryIndexes: [{ ...byYear, ProvisionedThroughput: more }] },
  ])('is not repaired if the request decides the throughput: %j', (overrides) => {
    expect(listRepairedIndexes(zeros, overrides)).toEqual([]);
  });

  it('is refused with DynamoDB’s message if an on-demand source must become provisioned', () => {
    expect(() => planTarget(onDemand, toProvisioned)).toThrow(
      invalid(
        'One or more parameter values were invalid: GlobalSecondaryIndexOverride must be specified for index: by-year ' +
          'when BillingModeOverride is PROVISIONED',
      ),
    );
  });
});

describe('an index of more than two key attributes', () => {
  const wide = {
    ...byYear,
    KeySchema: [year, ...['a', 'b'].map((name) => ({ AttributeName: name, KeyType: 'RANGE' as const }))],
  };

  it('is refused only if the database does not support that many', () => {
    const description = { globalSecondaryIndexes: [byLabel, wide] };
    expect(() => checkIndexKeys(description, { maxIndexKeys: 3 })).not.toThrow();
    expect(() => checkIndexKeys(description, { maxIndexKeys: 2 })).toThrow(
      invalid(
        'Invalid Request: Index by-year has 3 key attributes, and this database adds indexes of at most 2 to a table. ' +
          'Restore without it: leave it out of GlobalSecondaryIndexOverride.',
      ),
    );
  });
});

function invalid(message: string) {
  return expect.objectContaining({ code: 'Validation', message });
}
