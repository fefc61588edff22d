import type { Item } from '../../item/attribute-value.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { isJsonObject, type JsonObject, SerializationError } from './json.ts';

/**
 * Decodes the key that a request names. Throws `SerializationError` and `Validation`, in DynamoDB's words, for a value of
 * a type that no key has. Whether the key fits the table is checked later.
 */
export function toKeyItem(key: JsonObject): Item {
  for (const value of Object.values(key)) checkValue(value);
  return key as Item;
}

function checkValue(value: unknown): void {
  if (!isJsonObject(value)) throw new SerializationError('Unexpected value type in payload');
  const [first, ...others] = Object.entries(value);
  if (first === undefined || others.length > 0) {
    const wrong = first === undefined ? 'is empty' : 'has more than one datatypes set';
    throw new TidemarkError(
      'Validation',
      `Supplied AttributeValue ${wrong}, must contain exactly one of the supported datatypes`,
    );
  }
  const [type, content] = first;
  if (!['S', 'N', 'B'].includes(type)) {
    throw new TidemarkError('Validation', 'The provided key element does not match the schema');
  }
  if (typeof content !== 'string') throw new SerializationError('Unexpected value type in payload');
}
