import { dropTrailing } from '../runtime/drop-trailing.ts';
import type { AttributeValue, Item } from './attribute-value.ts';
import { toCanonicalNumber } from './number.ts';

/**
 * Measures an item as DynamoDB counts it, in bytes (docs/format.md, section 6).
 * Source: "DynamoDB item sizes and formats", DynamoDB Developer Guide. AWS calls its rule for numbers approximate.
 */
export function measureItem(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item)) size += Buffer.byteLength(name) + measureValue(value);
  return size;
}

function measureValue(value: AttributeValue): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return measureNumber(value.N);
  if ('B' in value) return Buffer.byteLength(value.B, 'base64');
  if ('M' in value) return 3 + Object.keys(value.M).length + measureItem(value.M);
  if ('L' in value) return 3 + value.L.length + sumOf(value.L, measureValue);
  if ('SS' in value) return sumOf(value.SS, (member) => Buffer.byteLength(member));
  if ('NS' in value) return sumOf(value.NS, measureNumber);
  if ('BS' in value) return sumOf(value.BS, (member) => Buffer.byteLength(member, 'base64'));
  return 1;
}

function measureNumber(number: string): number {
  const plain = toCanonicalNumber(number);
  const significant = dropTrailing(plain.replace('-', '').replace('.', '').replace(/^0+/, ''), '0');
  return 1 + Math.ceil(significant.length / 2) + (plain.startsWith('-') ? 1 : 0);
}

function sumOf<T>(values: readonly T[], measure: (value: T) => number): number {
  return values.reduce((total, value) => total + measure(value), 0);
}
