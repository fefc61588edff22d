import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../lambda/item/attribute-value.ts';
import { parseJson } from '../../lambda/item/parse-json.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { anyItem, compareBytes, createChoices, writeItem, spellItem } from '../support/item/arbitrary.ts';

/** Writes an item by section 1 of docs/format.md. The numbers, binary values and sets must be canonical already. */
function writeByFormat(item: Item, first: readonly string[] = []): string {
  const others = Object.keys(item).filter((name) => !first.includes(name));
  const names = [...first, ...others.sort(compareBytes)];
  return `{${names.map((name) => `${JSON.stringify(name)}:${writeValueByFormat(item[name])}`).join(',')}}`;
}

function writeValueByFormat(value: AttributeValue | undefined): string {
  if (value === undefined) throw new Error('no such attribute');
  if ('M' in value) return `{"M":${writeByFormat(value.M)}}`;
  if ('L' in value) return `{"L":[${value.L.map(writeValueByFormat).join(',')}]}`;
  return JSON.stringify(value);
}

describe('the canonical form of an item', () => {
  it('is the same for equal items in every order and spelling', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const item = spellItem(members, createChoices(seed));
        expect(toCanonicalItem(item, keyNames)).toBe(writeByFormat(writeItem(members), keyNames));
      }),
      { numRuns: 2000 },
    );
  });

  it('differs for different items, because parsing it returns the item', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const text = toCanonicalItem(spellItem(members, createChoices(seed)), keyNames);
        // Not toEqual, which ignores an attribute named __proto__.
        expect(isDeepStrictEqual(parseJson(text), writeItem(members))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the canonical key of an item', () => {
  it('comes first in the item, and is the whole text of an item without other attributes', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const item = spellItem(members, createChoices(seed));
        const key = toCanonicalKey(item, keyNames);
        expect(toCanonicalItem(item, keyNames).startsWith(`{${key}`)).toBe(true);
        const keysOnly = Object.fromEntries(Object.entries(item).filter(([name]) => isKey(keyNames, name)));
        expect(toCanonicalItem(keysOnly, keyNames)).toBe(`{${key}}`);
      }),
    );
  });

  it('has its attributes in the order of the key schema, not of their names', () => {
    const item = { sk: { N: '1.0' }, a: { S: 'x' }, pk: { S: 'a' } };
    expect(toCanonicalKey(item, ['pk', 'sk'])).toBe('"pk":{"S":"a"},"sk":{"N":"1"}');
    expect(toCanonicalKey(item, ['sk', 'pk'])).toBe('"sk":{"N":"1"},"pk":{"S":"a"}');
    expect(toCanonicalItem(item, ['pk', 'sk'])).toBe('{"pk":{"S":"a"},"sk":{"N":"1"},"a":{"S":"x"}}');
  });
});

const isKey = (keyNames: readonly string[], name: string): boolean => keyNames.includes(name);

it('the canonical form writes names of attributes like strings', () => {
  const item = { k: { S: 'k' }, '\\': { S: 'x' }, 'a"\n': { S: 'y' }, é: { S: 'z' }, '': { S: 'empty' } };
  expect(toCanonicalItem(item, ['k'])).toBe(
    String.raw`{"k":{"S":"k"},"":{"S":"empty"},"\\":{"S":"x"},"a\"\n":{"S":"y"},"é":{"S":"z"}}`,
  );
});

describe('the canonical form of an attribute value', () => {
  it.each<[AttributeValue, string]>([
    [{ S: '' }, '{"S":""}'],
    [{ S: 'a"b\\c\n/é\u2028😀' }, String.raw`{"S":"a\"b\\c\n/é` + '\u2028😀"}'],
    [{ N: '-1.50E+2' }, '{"N":"-150"}'],
    [{ B: '' }, '{"B":""}'],
    [{ B: '-_8' }, '{"B":"+/8="}'],
    [{ B: 'QR==' }, '{"B":"QQ=="}'],
    [{ SS: ['b', '\u{10000}', '\uFFFF', 'B', ''] }, '{"SS":["","B","b","\uFFFF","\u{10000}"]}'],
    [{ NS: ['10', '9.0', '-1'] }, '{"NS":["-1","10","9"]}'],
    [{ BS: ['_w', 'AA==', 'QUI'] }, '{"BS":["/w==","AA==","QUI="]}'],
    [{ BOOL: true }, '{"BOOL":true}'],
    [{ BOOL: false }, '{"BOOL":false}'],
    [{ NULL: true }, '{"NULL":true}'],
    [{ L: [] }, '{"L":[]}'],
    [{ L: [{ N: '2.0' }, { N: '1' }, { L: [{ S: 'x' }] }] }, '{"L":[{"N":"2"},{"N":"1"},{"L":[{"S":"x"}]}]}'],
    [{ M: {} }, '{"M":{}}'],
    [
      { M: { b: { N: '01' }, a: { M: { '2': { NULL: true }, '10': { S: '' } } } } },
      '{"M":{"a":{"M":{"10":{"S":""},"2":{"NULL":true}}},"b":{"N":"1"}}}',
    ],
  ])('matches docs/format.md: %j', (value, text) => {
    expect(toCanonicalItem({ v: value, k: { S: 'k' } }, ['k'])).toBe(`{"k":{"S":"k"},"v":${text}}`);
  });
});

describe('toCanonicalItem, by RecordNotUnderstood,', () => {
  const refused = expect.objectContaining({ code: 'RecordNotUnderstood' });

  it.each([
    '{}',
    'null',
    '[]',
    '"S"',
    '5',
    '{"X":"a"}',
    '{"$unknown":["X","a"]}',
    '{"S":"a","N":"1"}',
    '{"__proto__":{"S":"a"}}',
    '{"S":5}',
    '{"S":null}',
    '{"N":5}',
    '{"N":"five"}',
    '{"B":[1]}',
    '{"B":"Q"}',
    '{"B":"QUI=QUI="}',
    '{"B":"Q UI"}',
    '{"B":"%%%%"}',
    '{"BOOL":"true"}',
    '{"NULL":1}',
    '{"SS":"a"}',
    '{"SS":[1]}',
    '{"NS":[1]}',
    '{"NS":["x"]}',
    '{"BS":["%"]}',
    '{"BS":{}}',
    '{"L":{}}',
    '{"L":[5]}',
    '{"L":[null]}',
    '{"M":[]}',
    '{"M":null}',
    '{"M":{"a":"b"}}',
    '{"M":{"a":{"X":"b"}}}',
  ])('refuses an attribute of the value %s', (value) => {
    const item = parseJson(`{"k":{"S":"k"},"v":${value}}`) as Item;
    expect(() => toCanonicalItem(item, ['k'])).toThrow(refused);
  });

  it.each([
    '{"BOOL":true}',
    '{"NULL":true}',
    '{"SS":["a"]}',
    '{"M":{}}',
    '{"L":[]}',
    '{}',
    'null',
    '"S"',
    '{"S":"a","N":"1"}',
  ])('refuses a key of the value %s', (value) => {
    const item = parseJson(`{"k":${value}}`) as Item;
    expect(() => toCanonicalKey(item, ['k'])).toThrow(refused);
  });

  it('refuses an item without a key attribute, even if its name is one that every object inherits', () => {
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['pk', 'sk'])).toThrow(refused);
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['constructor'])).toThrow(refused);
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['__proto__'])).toThrow(refused);
  });

  it('refuses an item nested so deep that recursion would exhaust the stack', () => {
    const value = `${'{"L":['.repeat(20_000)}${']}'.repeat(20_000)}`;
    const item = parseJson(`{"k":{"S":"k"},"v":${value}}`) as Item;
    expect(() => toCanonicalItem(item, ['k'])).toThrow(refused);
  });
});
