import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { anyItem, byBytes, choices, plainItem, spelledItem } from '../support/item/arbitrary.ts';

/** docs/format.md, section 1, for an item whose numbers, binary and sets are spelled by it already. */
function byTheDocument(item: Item, first: readonly string[] = []): string {
  const others = Object.keys(item).filter((name) => !first.includes(name));
  const names = [...first, ...others.sort(byBytes)];
  return `{${names.map((name) => `${JSON.stringify(name)}:${valueByTheDocument(item[name])}`).join(',')}}`;
}

function valueByTheDocument(value: AttributeValue | undefined): string {
  if (value === undefined) throw new Error('no such attribute');
  if ('M' in value) return `{"M":${byTheDocument(value.M)}}`;
  if ('L' in value) return `{"L":[${value.L.map(valueByTheDocument).join(',')}]}`;
  return JSON.stringify(value);
}

describe('equal items are equal text', () => {
  it('in whatever order and spelling they come', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const item = spelledItem(members, choices(seed));
        expect(toCanonicalItem(item, keyNames)).toBe(byTheDocument(plainItem(members), keyNames));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('different items are different text', () => {
  it('because the item can be read back from it, as JSON', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const text = toCanonicalItem(spelledItem(members, choices(seed)), keyNames);
        // Not toEqual: it does not see an attribute of the name __proto__.
        expect(isDeepStrictEqual(JSON.parse(text), plainItem(members))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the key', () => {
  it('stands first, and is the item’s text without its braces if there is nothing else', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ keyNames, members }, seed) => {
        const item = spelledItem(members, choices(seed));
        const key = toCanonicalKey(item, keyNames);
        expect(toCanonicalItem(item, keyNames).startsWith(`{${key}`)).toBe(true);
        const keysOnly = Object.fromEntries(Object.entries(item).filter(([name]) => isKey(keyNames, name)));
        expect(toCanonicalItem(keysOnly, keyNames)).toBe(`{${key}}`);
      }),
    );
  });

  it('is in key-schema order, not in that of the names', () => {
    const item = { sk: { N: '1.0' }, a: { S: 'x' }, pk: { S: 'a' } };
    expect(toCanonicalKey(item, ['pk', 'sk'])).toBe('"pk":{"S":"a"},"sk":{"N":"1"}');
    expect(toCanonicalKey(item, ['sk', 'pk'])).toBe('"sk":{"N":"1"},"pk":{"S":"a"}');
    expect(toCanonicalItem(item, ['pk', 'sk'])).toBe('{"pk":{"S":"a"},"sk":{"N":"1"},"a":{"S":"x"}}');
  });
});

const isKey = (keyNames: readonly string[], name: string): boolean => keyNames.includes(name);

it('names are written as strings are', () => {
  const item = { k: { S: 'k' }, '\\': { S: 'x' }, 'a"\n': { S: 'y' }, é: { S: 'z' }, '': { S: 'empty' } };
  expect(toCanonicalItem(item, ['k'])).toBe(
    String.raw`{"k":{"S":"k"},"":{"S":"empty"},"\\":{"S":"x"},"a\"\n":{"S":"y"},"é":{"S":"z"}}`,
  );
});

describe('every attribute type has the document’s form', () => {
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
  ])('%j', (value, text) => {
    expect(toCanonicalItem({ v: value, k: { S: 'k' } }, ['k'])).toBe(`{"k":{"S":"k"},"v":${text}}`);
  });
});

describe('what is not understood is refused', () => {
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
  ])('an attribute of the value %s', (value) => {
    const item = JSON.parse(`{"k":{"S":"k"},"v":${value}}`) as Item;
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
  ])('a key of the value %s', (value) => {
    const item = JSON.parse(`{"k":${value}}`) as Item;
    expect(() => toCanonicalKey(item, ['k'])).toThrow(refused);
  });

  it('an item without a key attribute, even if every object has something of its name', () => {
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['pk', 'sk'])).toThrow(refused);
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['constructor'])).toThrow(refused);
    expect(() => toCanonicalItem({ pk: { S: 'a' } }, ['__proto__'])).toThrow(refused);
  });

  it('an item nested deeper than any stack', () => {
    const value = `${'{"L":['.repeat(20_000)}${']}'.repeat(20_000)}`;
    const item = JSON.parse(`{"k":{"S":"k"},"v":${value}}`) as Item;
    expect(() => toCanonicalItem(item, ['k'])).toThrow(refused);
  });
});
