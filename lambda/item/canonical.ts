import { dropTrailing } from '../runtime/drop-trailing.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { AttributeValue, Item, KeyNames } from './attribute-value.ts';
import { toCanonicalNumber } from './number.ts';
import { compareText } from './text-order.ts';

/**
 * Writes an item in canonical form (docs/format.md, section 1): equal items have equal texts, and the key comes first.
 * Throws `RecordNotUnderstood` for a missing key attribute or an attribute type that DynamoDB does not have.
 */
export function toCanonicalItem(item: Item, keyNames: KeyNames): string {
  let text = `{${toCanonicalKey(item, keyNames)}`;
  for (const name of Object.keys(item).sort(compareText)) {
    if (keyNames.some((keyName) => keyName === name)) continue;
    text += `,${JSON.stringify(name)}:${toCanonicalValue(item[name])}`;
  }
  return `${text}}`;
}

/** Writes the canonical key: the text of the key attributes, without braces. Ignores the item's other attributes. */
export function toCanonicalKey(item: Item, keyNames: KeyNames): string {
  return keyNames
    .map((name) => {
      const value = Object.hasOwn(item, name) ? item[name] : undefined;
      if (value === undefined || !['S', 'N', 'B'].includes(onlyMemberOf(value))) {
        throw new TidemarkError('RecordNotUnderstood', 'a record lacks a key attribute of type S, N or B');
      }
      return `${JSON.stringify(name)}:${toCanonicalValue(value)}`;
    })
    .join(',');
}

/** Twice as deep as DynamoDB nests values (32 levels). */
const maxDepth = 64;

function toCanonicalValue(value: AttributeValue | undefined, depth = 0): string {
  if (depth > maxDepth) throw notUnderstoodError();
  const type = onlyMemberOf(value);
  const content = (value as Record<string, unknown>)[type];
  switch (type) {
    case 'S':
      return `{"S":${JSON.stringify(requireText(content))}}`;
    case 'N':
      return `{"N":"${toCanonicalNumber(requireText(content))}"}`;
    case 'B':
      return `{"B":"${toCanonicalBase64(requireText(content))}"}`;
    case 'BOOL':
    case 'NULL':
      if (typeof content !== 'boolean') throw notUnderstoodError();
      return `{"${type}":${content}}`;
    case 'M':
      return `{"M":${toCanonicalMap(content, depth + 1)}}`;
    case 'L':
      return `{"L":[${toCanonicalList(content, depth + 1)}]}`;
    case 'SS':
      return `{"SS":${toCanonicalSet(content, (member) => member)}}`;
    case 'NS':
      return `{"NS":${toCanonicalSet(content, toCanonicalNumber)}}`;
    case 'BS':
      return `{"BS":${toCanonicalSet(content, toCanonicalBase64)}}`;
    default:
      throw notUnderstoodError();
  }
}

function toCanonicalList(content: unknown, depth: number): string {
  const values = requireList(content) as readonly AttributeValue[];
  return values.map((value) => toCanonicalValue(value, depth)).join(',');
}

function toCanonicalMap(content: unknown, depth: number): string {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw notUnderstoodError();
  const map = content as Item;
  const members = Object.keys(map).sort(compareText);
  return `{${members.map((name) => `${JSON.stringify(name)}:${toCanonicalValue(map[name], depth)}`).join(',')}}`;
}

function toCanonicalSet(content: unknown, canonicalMember: (member: string) => string): string {
  const members = requireList(content).map((member) => canonicalMember(requireText(member)));
  if (members.length === 0) throw new TidemarkError('RecordNotUnderstood', 'a record has an empty set');
  members.sort(compareText);
  if (members.some((member, i) => member === members[i - 1]))
    throw new TidemarkError('RecordNotUnderstood', 'a record has a set with equal members');
  return JSON.stringify(members);
}

/** Base64 digits of either alphabet. One class repeated, so a text of megabytes does not exhaust the stack. */
const base64Digits = /^[\w+/-]*$/;

/** True for base64 of whole bytes, in either alphabet, padded or not. */
function isBase64(text: string): boolean {
  const digits = dropTrailing(text, '=');
  const rest = digits.length % 4;
  return rest !== 1 && text.length - digits.length <= (rest === 0 ? 0 : 2) && base64Digits.test(digits);
}

/** Decodes and encodes again, so that the same bytes have one text, regardless of padding and alphabet. */
function toCanonicalBase64(base64: string): string {
  // Buffer.from skips characters that are not base64: a part of the value would be lost silently.
  if (!isBase64(base64)) throw notUnderstoodError();
  return Buffer.from(base64, 'base64').toString('base64');
}

function onlyMemberOf(value: AttributeValue | undefined): string {
  if (typeof value !== 'object' || value === null) throw notUnderstoodError();
  const [type, ...others] = Object.keys(value);
  if (type === undefined || others.length > 0) throw notUnderstoodError();
  return type;
}

function requireText(content: unknown): string {
  if (typeof content !== 'string') throw notUnderstoodError();
  return content;
}

function requireList(content: unknown): readonly unknown[] {
  if (!Array.isArray(content)) throw notUnderstoodError();
  return content;
}

function notUnderstoodError(): TidemarkError {
  return new TidemarkError('RecordNotUnderstood', 'a record has an attribute value of unknown form');
}
