import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../../lambda/dialects/dynamodb/api-operations.ts';
import { validRequests } from './fakes.ts';
import {
  atLeast,
  bytesOf,
  type Case,
  characters,
  long,
  longer,
  notNull,
  oneOf,
  shorter,
  validationOf,
} from './violations.ts';

/** Invalid overrides for both kinds of restore, each with its violations. */
function casesOf(operation: OperationName): Case[] {
  const index = {
    IndexName: 'ByYear',
    KeySchema: [{ AttributeName: 'Year', KeyType: 'HASH' }],
    Projection: {},
  };
  const gsi = (changes: object) => ({ GlobalSecondaryIndexOverride: [index, { ...index, ...changes }] });
  const lsi = (changes: object) => ({ LocalSecondaryIndexOverride: [{ ...index, ...changes }] });
  const at = (member: string) => `globalSecondaryIndexOverride.2.member.${member}`;
  const lsiAt = (member: string) => `localSecondaryIndexOverride.1.member.${member}`;
  return [
    [
      operation,
      { BillingModeOverride: '' },
      ["''", 'billingModeOverride', oneOf('PROVISIONED, PAY_PER_REQUEST')],
    ],
    [
      operation,
      { ProvisionedThroughputOverride: {} },
      ['null', 'provisionedThroughputOverride.writeCapacityUnits', notNull],
      ['null', 'provisionedThroughputOverride.readCapacityUnits', notNull],
    ],
    [
      operation,
      { ProvisionedThroughputOverride: { ReadCapacityUnits: 0, WriteCapacityUnits: -1 } },
      ["'-1'", 'provisionedThroughputOverride.writeCapacityUnits', atLeast(1)],
      ["'0'", 'provisionedThroughputOverride.readCapacityUnits', atLeast(1)],
    ],
    [
      operation,
      { SSESpecificationOverride: { SSEType: 'kms' } },
      ["'kms'", 'sSESpecificationOverride.sSEType', oneOf('AES256, KMS')],
    ],
    [
      operation,
      { SSESpecificationOverride: { KMSMasterKeyId: '' } },
      ["''", 'sSESpecificationOverride.kMSMasterKeyId', longer(1)],
    ],
    [
      operation,
      { SSESpecificationOverride: { KMSMasterKeyId: long(2049) } },
      [`'${long(2049)}'`, 'sSESpecificationOverride.kMSMasterKeyId', shorter(2048)],
    ],
    [
      operation,
      gsi({ IndexName: 'a!' }),
      ["'a!'", at('indexName'), characters],
      ["'a!'", at('indexName'), longer(3)],
    ],
    [operation, gsi({ IndexName: null }), ['null', at('indexName'), notNull]],
    [operation, gsi({ KeySchema: null }), ['null', at('keySchema'), notNull]],
    [operation, gsi({ KeySchema: [] }), ["'[]'", at('keySchema'), longer(1)]],
    [operation, gsi({ KeySchema: [null] }), ['null', at('keySchema.1.member'), notNull]],
    [
      operation,
      gsi({ KeySchema: [{}] }),
      ['null', at('keySchema.1.member.attributeName'), notNull],
      ['null', at('keySchema.1.member.keyType'), notNull],
    ],
    [
      operation,
      gsi({ KeySchema: [{ AttributeName: '', KeyType: 'Woop' }] }),
      ["''", at('keySchema.1.member.attributeName'), longer(1)],
      ["'Woop'", at('keySchema.1.member.keyType'), oneOf('HASH, RANGE')],
    ],
    [operation, gsi({ Projection: null }), ['null', at('projection'), notNull]],
    [
      operation,
      gsi({ Projection: { ProjectionType: 'all', NonKeyAttributes: [] } }),
      ["'all'", at('projection.projectionType'), oneOf('ALL, INCLUDE, KEYS_ONLY')],
      ["'[]'", at('projection.nonKeyAttributes'), longer(1)],
    ],
    [
      operation,
      gsi({ Projection: { NonKeyAttributes: Array(21).fill('a') } }),
      [`'[${Array(21).fill('a').join(', ')}]'`, at('projection.nonKeyAttributes'), shorter(20)],
    ],
    [
      operation,
      gsi({ Projection: { NonKeyAttributes: ['a', long(256)] } }),
      [`'${long(256)}'`, at('projection.nonKeyAttributes.2.member'), shorter(255)],
    ],
    [
      operation,
      gsi({ ProvisionedThroughput: { WriteCapacityUnits: 0, ReadCapacityUnits: 1 } }),
      ["'0'", at('provisionedThroughput.writeCapacityUnits'), atLeast(1)],
    ],
    [
      operation,
      { LocalSecondaryIndexOverride: [null] },
      ['null', 'localSecondaryIndexOverride.1.member', notNull],
    ],
    [operation, lsi({ IndexName: long(256) }), [`'${long(256)}'`, lsiAt('indexName'), shorter(255)]],
    [operation, lsi({ KeySchema: [] }), ["'[]'", lsiAt('keySchema'), longer(1)]],
    [operation, lsi({ Projection: null }), ['null', lsiAt('projection'), notNull]],
    [
      operation,
      { TidemarkOptions: { Keep: ['STREAM', 'stream'] } },
      [
        "'stream'",
        'tidemarkOptions.keep.2.member',
        oneOf('STREAM, TIME_TO_LIVE, TABLE_CLASS, DELETION_PROTECTION'),
      ],
    ],
  ];
}

describe('an override that violates constraints', () => {
  const cases = (['RestoreTableFromBackup', 'RestoreTableToPointInTime'] as const).flatMap(casesOf);
  const tried = cases.map(([operation, changes, ...found]) => [operation, changes, found] as const);

  test.each(tried)(
    'is rejected by %s with every violation before the operation runs: %j',
    async (operation, changes, found) => {
      expect(await bytesOf(operation, { ...validRequests[operation], ...changes })).toEqual({
        status: 400,
        body: validationOf(found),
        called: false,
      });
    },
  );
});

describe.each(['RestoreTableFromBackup', 'RestoreTableToPointInTime'] as const)(
  'an override of %s',
  (operation) => {
    const answerTo = (changes: string) =>
      bytesOf(operation, `${JSON.stringify(validRequests[operation]).slice(0, -1)},${changes}}`);
    const units = (read: string) =>
      `"ProvisionedThroughputOverride":{"ReadCapacityUnits":${read},"WriteCapacityUnits":1}`;

    test.each([
      ['9007199254740992', 'NUMBER_VALUE'],
      ['9223372036854775807', 'NUMBER_VALUE'],
      ['-9007199254740992', 'NUMBER_VALUE'],
      ['1e999', 'DECIMAL_VALUE'],
    ])('is rejected if its long integer cannot be represented exactly: %s', async (value, token) => {
      const Message = `${token} cannot be converted to Long`;
      const rejection = {
        status: 400,
        body: JSON.stringify({ __type: 'com.amazon.coral.service#SerializationException', Message }),
        called: false,
      };
      expect(await answerTo(units(value))).toEqual(rejection);
      expect(await answerTo(`"OnDemandThroughputOverride":{"MaxReadRequestUnits":${value}}`)).toEqual(
        rejection,
      );
    });

    test('is accepted with the largest long integer that can be represented exactly', async () => {
      expect(await answerTo(units('9007199254740991'))).toMatchObject({ status: 200, called: true });
    });

    const indexes = (member: string, count: number) => {
      const index = {
        KeySchema: [{ AttributeName: 'Year', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      };
      const list = Array.from({ length: count }, (_, i) => ({ ...index, IndexName: `index-${i}` }));
      return `"${member}":${JSON.stringify(list)}`;
    };

    test.each([
      ['GlobalSecondaryIndexOverride', 20, 'GlobalSecondaryIndex count exceeds the per-table limit of 20'],
      ['LocalSecondaryIndexOverride', 5, 'Number of LocalSecondaryIndexes exceeds per-table limit of 5'],
    ])('%s is rejected with more than %i indexes, and accepted with that many', async (member, max, text) => {
      for (const count of [max + 1, 10_000]) {
        expect(await answerTo(indexes(member, count))).toEqual({
          status: 400,
          body: JSON.stringify({
            __type: 'com.amazon.coral.validate#ValidationException',
            message: `One or more parameter values were invalid: ${text}`,
          }),
          called: false,
        });
      }
      expect(await answerTo(indexes(member, max))).toMatchObject({ status: 200, called: true });
    });
  },
);
