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
  checkKeySize(key, attributes);
  try {
    return Buffer.from(toCanonicalKey(key, keyNamesOf(description)));
  } catch (error) {
    throw isError(error, 'RecordNotUnderstood') ? schemaMismatchError(error) : error;
  }
}

/** The most bytes of a partition key and of a sort key. Source: DynamoDB's service quotas. */
const maxKeyBytes = [2048, 1024];

/** Throws `Validation` for a key that is larger than any item's. Numbers are bounded where they are read. */
function checkKeySize(key: Item, attributes: readonly KeyAttribute[]): void {
  for (const [i, [name]] of attributes.entries()) {
    const value: Partial<Record<string, unknown>> = key[name] ?? {};
    const { S: text, B: base64 } = value;
    const size =
      typeof text === 'string'
        ? Buffer.byteLength(text)
        : typeof base64 === 'string'
          ? Buffer.byteLength(base64, 'base64')
          : 0;
    const most = maxKeyBytes[i] ?? 0;
    if (size <= most) continue;
    const what =
      i === 0
        ? 'Size of hashkey has exceeded the maximum'
        : 'Aggregated size of all range keys has exceeded the';
    const message = `One or more parameter values were invalid: ${what} size limit of ${most} bytes`;
    throw new TidemarkError('Validation', message);
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
