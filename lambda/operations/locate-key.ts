import type { TableDescription } from '../model/records.ts';
import type { Item } from '../item/attribute-value.ts';
import { toCanonicalKey } from '../item/canonical.ts';
import { createKeyHash } from '../item/key-hash.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { Keyed } from '../snapshot/format/change.ts';
import { keyNamesOf, type Manifest } from '../snapshot/format/manifest.ts';

/** An attribute of a key: its name and type. */
type KeyAttribute = readonly [name: string, type: string | undefined];

/** The key attributes of a table with their types, partition key first. */
export function keyAttributesOf(description: TableDescription): KeyAttribute[] {
  const types = new Map(
    description.attributeDefinitions.map(({ AttributeName, AttributeType }) => [
      AttributeName,
      AttributeType,
    ]),
  );
  return keyNamesOf(description).map((name) => [name, types.get(name)]);
}

/** Encodes a key. Throws `Validation` unless it has exactly the table's key attributes. */
export function encodeKey(key: Item, description: TableDescription): Buffer {
  const attributes = keyAttributesOf(description);
  const isSchema =
    Object.keys(key).length === attributes.length &&
    attributes.every(([name, type = '']) => Object.hasOwn(key, name) && Object.hasOwn(key[name] ?? {}, type));
  if (!isSchema) throw schemaMismatchError();
  try {
    return Buffer.from(toCanonicalKey(key, keyNamesOf(description)));
  } catch (error) {
    throw isError(error, 'RecordNotUnderstood') ? schemaMismatchError(error) : error;
  }
}

/** Computes where an item of this key lies in a snapshot. */
export function locateKey(key: Buffer, { hashKey }: Pick<Manifest, 'hashKey'>): Keyed {
  return { hash: createKeyHash(hashKey)(key), key };
}

function schemaMismatchError(cause?: unknown): TidemarkError {
  // DynamoDB's own words.
  return new TidemarkError('Validation', 'The provided key element does not match the schema', { cause });
}
