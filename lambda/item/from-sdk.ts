import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../runtime/errors.ts';
import type { AttributeValue, Item } from './attribute-value.ts';

/**
 * Converts the SDK's attribute values (binary as Uint8Array) to DynamoDB's JSON (binary as base64 text). Keeps values of
 * other types unchanged, even unknown ones: readers of the result refuse those. Throws `RecordNotUnderstood` for an
 * attribute without a value, which JSON would drop silently.
 */
export function fromSdk(item: Record<string, SdkValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueFromSdk(value)]));
}

function valueFromSdk(value: SdkValue | null | undefined): AttributeValue {
  if (value === undefined || value === null)
    throw new TidemarkError('RecordNotUnderstood', 'an attribute came without a value');
  if (value.B !== undefined) return { B: toBase64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(toBase64) };
  if (value.M !== undefined) return { M: fromSdk(value.M) };
  if (value.L !== undefined) return { L: value.L.map(valueFromSdk) };
  return value as AttributeValue;
}

/** Converts DynamoDB's JSON to the SDK's attribute values, for writing an item through the SDK. */
export function toSdk(item: Item): Record<string, SdkValue> {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueToSdk(value)]));
}

function valueToSdk(value: AttributeValue): SdkValue {
  if ('B' in value) return { B: Buffer.from(value.B, 'base64') };
  if ('BS' in value) return { BS: value.BS.map((member) => Buffer.from(member, 'base64')) };
  if ('M' in value) return { M: toSdk(value.M) };
  if ('L' in value) return { L: value.L.map(valueToSdk) };
  return value as SdkValue;
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
