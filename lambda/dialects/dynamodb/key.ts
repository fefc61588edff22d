import type { Item } from '../../item/attribute-value.ts';
import { TidemarkError } from '../../runtime/errors.ts';
import { isJsonObject, type JsonObject, SerializationError } from './json.ts';

/**
 * The key that a request names. Throws `SerializationError` and `Validation` in DynamoDB's words if a value is not one
 * of the types that a key may have; whether it is the key of the table is not known here.
 */
export function keyItem(key: JsonObject): Item {
  for (const value of Object.values(key)) check(value);
  return key as Item;
}

function check(value: unknown): void {
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
