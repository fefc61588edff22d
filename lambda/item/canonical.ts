import { TidemarkError } from '../runtime/errors.ts';
import type { AttributeValue, Item, KeyNames } from './attribute-value.ts';
import { toCanonicalNumber } from './number.ts';
import { compareText } from './text-order.ts';

/**
 * The canonical form of an item (docs/format.md, section 1): equal items are equal text, and the key stands first.
 * Throws `RecordNotUnderstood` for a missing key attribute or an attribute type that is not DynamoDB's.
 */
export function toCanonicalItem(item: Item, keyNames: KeyNames): string {
  let text = `{${toCanonicalKey(item, keyNames)}`;
  for (const name of Object.keys(item).sort(compareText)) {
    if (keyNames.some((keyName) => keyName === name)) continue;
    text += `,${JSON.stringify(name)}:${canonicalValue(item[name])}`;
  }
  return `${text}}`;
}

/** The canonical key: the key attributes' text, without braces. Other attributes of the item are not looked at. */
export function toCanonicalKey(item: Item, keyNames: KeyNames): string {
  return keyNames
    .map((name) => {
      const value = Object.hasOwn(item, name) ? item[name] : undefined;
      if (value === undefined || !['S', 'N', 'B'].includes(soleMember(value))) {
        throw new TidemarkError('RecordNotUnderstood', 'a record lacks a key attribute of type S, N or B');
      }
      return `${JSON.stringify(name)}:${canonicalValue(value)}`;
    })
    .join(',');
}

/** DynamoDB nests 32 levels deep. */
const mostDepth = 64;

function canonicalValue(value: AttributeValue | undefined, depth = 0): string {
  if (depth > mostDepth) throw notUnderstood();
  const type = soleMember(value);
  const content = (value as Record<string, unknown>)[type];
  switch (type) {
    case 'S':
      return `{"S":${JSON.stringify(text(content))}}`;
    case 'N':
      return `{"N":"${toCanonicalNumber(text(content))}"}`;
    case 'B':
      return `{"B":"${canonicalBase64(text(content))}"}`;
    case 'BOOL':
    case 'NULL':
      if (typeof content !== 'boolean') throw notUnderstood();
      return `{"${type}":${content}}`;
    case 'M':
      return `{"M":${canonicalMap(content, depth + 1)}}`;
    case 'L':
      return `{"L":[${canonicalList(content, depth + 1)}]}`;
    case 'SS':
      return `{"SS":${canonicalSet(content, (member) => member)}}`;
    case 'NS':
      return `{"NS":${canonicalSet(content, toCanonicalNumber)}}`;
    case 'BS':
      return `{"BS":${canonicalSet(content, canonicalBase64)}}`;
    default:
      throw notUnderstood();
  }
}

function canonicalList(content: unknown, depth: number): string {
  const values = list(content) as readonly AttributeValue[];
  return values.map((value) => canonicalValue(value, depth)).join(',');
}

function canonicalMap(content: unknown, depth: number): string {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw notUnderstood();
  const map = content as Item;
  const members = Object.keys(map).sort(compareText);
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonicalValue(map[name], depth)}`).join(',')}}`;
}

function canonicalSet(content: unknown, canonicalMember: (member: string) => string): string {
  const members = list(content).map((member) => canonicalMember(text(member)));
  return JSON.stringify(members.sort(compareText));
}

/** Whole bytes in either alphabet, padded or not. */
const anyBase64 = /^(?:[\w+/-]{4})*(?:[\w+/-]{2,3}={0,2})?$/;

/** Decoding and encoding again gives the one text for the bytes, whatever padding or alphabet came. */
function canonicalBase64(base64: string): string {
  // Buffer.from passes over what is not base64: a part of the value would be lost in silence.
  if (!anyBase64.test(base64)) throw notUnderstood();
  return Buffer.from(base64, 'base64').toString('base64');
}

function soleMember(value: AttributeValue | undefined): string {
  if (typeof value !== 'object' || value === null) throw notUnderstood();
  const [type, ...others] = Object.keys(value);
  if (type === undefined || others.length > 0) throw notUnderstood();
  return type;
}

function text(content: unknown): string {
  if (typeof content !== 'string') throw notUnderstood();
  return content;
}

function list(content: unknown): readonly unknown[] {
  if (!Array.isArray(content)) throw notUnderstood();
  return content;
}

function notUnderstood(): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', 'a record has an attribute value of unknown form');
}
