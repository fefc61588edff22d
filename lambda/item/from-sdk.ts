import type { AttributeValue as SdkValue } from '@aws-sdk/client-dynamodb';
import { TidemarkError } from '../runtime/errors.ts';
import type { AttributeValue, Item } from './attribute-value.ts';

/**
 * The SDK's attribute values (binary as Uint8Array) in DynamoDB's JSON (binary as base64 text).
 * Members that are not binary are taken over as they are, unknown ones too: reading them is what refuses them.
 * Throws `RecordNotUnderstood` for an attribute without a value, which JSON would drop in silence.
 */
export function fromSdk(item: Record<string, SdkValue>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, valueFromSdk(value)]));
}

function valueFromSdk(value: SdkValue | undefined): AttributeValue {
  // Measured on version 3.1162: the SDK loses the value of an item's attribute of the name __proto__.
  if (value === undefined)
    throw new TidemarkError('RecordNotUnderstood', 'an attribute came without a value');
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.M !== undefined) return { M: fromSdk(value.M) };
  if (value.L !== undefined) return { L: value.L.map(valueFromSdk) };
  return value as AttributeValue;
}

/** The way back, for writing an item through the SDK. */
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

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
