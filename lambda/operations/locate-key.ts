import type { TableDescription } from '../model/records.ts';
import type { Item } from '../item/attribute-value.ts';
import { toCanonicalKey } from '../item/canonical.ts';
import { hashKey } from '../item/key-hash.ts';
import { isError, TidemarkError } from '../runtime/errors.ts';
import type { Keyed } from '../snapshot/format/change.ts';
import { keyNamesOf } from '../snapshot/format/manifest.ts';

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

/** Computes where an item of this key lies in a snapshot. Throws `Validation` unless it has exactly the table's key attributes. */
export function locateKey(key: Item, description: TableDescription): Keyed {
  const attributes = keyAttributesOf(description);
  const isSchema =
    Object.keys(key).length === attributes.length &&
    attributes.every(([name, type = '']) => Object.hasOwn(key, name) && Object.hasOwn(key[name] ?? {}, type));
  if (!isSchema) throw schemaMismatch();
  try {
    const canonical = Buffer.from(toCanonicalKey(key, keyNamesOf(description)));
    return { hash: hashKey(canonical), key: canonical };
  } catch (error) {
    throw isError(error, 'RecordNotUnderstood') ? schemaMismatch(error) : error;
  }
}

function schemaMismatch(cause?: unknown): TidemarkError {
  // DynamoDB's own words.
  return new TidemarkError('Validation', 'The provided key element does not match the schema', { cause });
}
