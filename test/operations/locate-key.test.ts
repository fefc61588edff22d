import { describe, expect, it } from 'vitest';
import type { Item } from '../../lambda/item/attribute-value.ts';
import { encodeKey } from '../../lambda/operations/locate-key.ts';
import { manifestOf } from '../support/snapshot/support.ts';

const description = {
  ...manifestOf([]).description,
  keySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' as const },
    { AttributeName: 'sk', KeyType: 'RANGE' as const },
  ],
  attributeDefinitions: [
    { AttributeName: 'other', AttributeType: 'S' as const },
    { AttributeName: 'sk', AttributeType: 'N' as const },
    { AttributeName: 'pk', AttributeType: 'B' as const },
  ],
};

const canonical = (key: Item) => encodeKey(key, description).toString();

describe('encodeKey', () => {
  it.each<[string, Item]>([
    ['in canonical form', { pk: { B: 'AQI=' }, sk: { N: '10' } }],
    ['in another order', { sk: { N: '10' }, pk: { B: 'AQI=' } }],
    ['with a number and bytes in another notation', { pk: { B: 'AQI' }, sk: { N: '+1.0e1' } }],
  ])('computes one canonical key for a key %s', (_name, key) => {
    expect(canonical(key)).toBe('"pk":{"B":"AQI="},"sk":{"N":"10"}');
  });

  it.each<[string, unknown]>([
    ['without the sort key', { pk: { B: 'AQI=' } }],
    ['with an additional attribute', { pk: { B: 'AQI=' }, sk: { N: '1' }, other: { S: 'a' } }],
    ['with another attribute in place of the sort key', { pk: { B: 'AQI=' }, other: { N: '1' } }],
    ['of another type', { pk: { B: 'AQI=' }, sk: { S: '1' } }],
    ['of two types', { pk: { B: 'AQI=' }, sk: { N: '1', S: '1' } }],
    ['of no type', { pk: { B: 'AQI=' }, sk: {} }],
    ['with text that is no number', { pk: { B: 'AQI=' }, sk: { N: 'one' } }],
    ['with text that is no base64', { pk: { B: '?' }, sk: { N: '1' } }],
    ['with a value that is no text', { pk: { B: 1 }, sk: { N: '1' } }],
    ['that is empty', {}],
  ])('throws Validation in DynamoDB’s words for a key %s', (_name, key) => {
    expect(() => encodeKey(key as Item, description)).toThrow(
      expect.objectContaining({
        code: 'Validation',
        message: 'The provided key element does not match the schema',
      }),
    );
  });
});
