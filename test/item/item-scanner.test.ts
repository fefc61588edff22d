import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, KeyNames } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { ItemScanner, type ScannedItem } from '../../lambda/item/item-scanner.ts';
import { notPlain } from '../../lambda/item/scalar-scanner.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { isError } from '../../lambda/runtime/errors.ts';
import { anyItem, choices, plainItem, spelledItem } from '../support/item/arbitrary.ts';

/** The item of a text, or undefined where the text is not plain enough. */
function scanned(scanner: ItemScanner, text: string): ScannedItem | undefined {
  try {
    scanner.start(Buffer.from(text));
    const item = scanner.readItem();
    return scanner.at === Buffer.byteLength(text) ? item : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** The ordinary way; undefined for what is no item. */
function ordinary(text: string, keyNames: KeyNames): ScannedItem | undefined {
  try {
    const item = JSON.parse(text) as Item;
    return {
      image: Buffer.from(toCanonicalItem(item, keyNames)),
      keyLength: Buffer.byteLength(toCanonicalKey(item, keyNames)),
      bytes: measureItem(item),
    };
  } catch (error) {
    if (error instanceof SyntaxError || isError(error, 'RecordNotUnderstood')) return undefined;
    throw error;
  }
}

describe('what the scanner takes is what the ordinary way makes of it', () => {
  const anyKnown = anyItem.chain(({ keyNames, members }) =>
    fc.record({
      keyNames: fc.constant(keyNames),
      plain: fc.constant(plainItem(members)),
      spelled: fc.nat().map((seed) => spelledItem(members, choices(seed))),
    }),
  );

  it('for items in any order and spelling, one after the other with one scanner', () => {
    fc.assert(
      fc.property(anyKnown, anyKnown, (one, other) => {
        const scanner = new ItemScanner(one.keyNames);
        for (const item of [one.spelled, other.spelled, one.plain, other.plain]) {
          const text = JSON.stringify(item);
          const found = scanned(scanner, text);
          expect([found, undefined]).toContainEqual(found && ordinary(text, one.keyNames));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('and it takes every item without escapes whose values are written as the document says, in any order', () => {
    fc.assert(
      fc.property(anyKnown, ({ keyNames, plain }) => {
        const text = JSON.stringify(plain);
        const isTaken = scanned(new ItemScanner(keyNames), text) !== undefined;
        expect(isTaken || text.includes('\\')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('for any text with a few characters changed', () => {
    const anyChange = fc.record({
      at: fc.nat(),
      length: fc.nat(2),
      by: fc.constantFrom(
        '',
        '"',
        '\\',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '0',
        '-',
        '.',
        '=',
        'S',
        'N',
        'B',
        'e',
        ' ',
        '\n',
        '\\n',
        'é',
        '\u{10000}',
      ),
    });
    fc.assert(
      fc.property(
        anyKnown,
        fc.array(anyChange, { minLength: 1, maxLength: 3 }),
        ({ keyNames, plain }, changes) => {
          let text = JSON.stringify(plain);
          for (const { at, length, by } of changes) {
            const place = at % text.length;
            text = `${text.slice(0, place)}${by}${text.slice(place + length)}`.toWellFormed() || '{}';
          }
          const found = scanned(new ItemScanner(keyNames), text);
          expect([found, undefined]).toContainEqual(found && ordinary(text, keyNames));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each([
    '{}',
    '{"pk":{"S":"a"}',
    '{"pk":{"S":"a"},}',
    '{"pk":{"S":"a"},"pk":{"S":"b"}}',
    '{"pk":{"BOOL":true}}',
    '{"pk":{"S":"a"},"v":{"NULL":false}}',
    '{"pk":{"S":"a"},"v":{"N":"-0"}}',
    '{"pk":{"S":"a"},"v":{"N":"1.0"}}',
    '{"pk":{"S":"a"},"v":{"N":"01"}}',
    '{"pk":{"S":"a"},"v":{"N":""}}',
    '{"pk":{"S":"a"},"v":{"B":"QR=="}}',
    '{"pk":{"S":"a"},"v":{"B":"===="}}',
    '{"pk":{"S":"a"},"v":{"SS":[]}}',
    '{"pk":{"S":"a"},"v":{"SS":["a","a"]}}',
    '{"pk":{"S":"a"},"v":{"L":[{"S":"a"},]}}',
    '{"pk":{"S":"a"},"v":{"S":"a","N":"1"}}',
  ])('%s is left to the ordinary way', (text) => {
    expect(scanned(new ItemScanner(['pk']), text)).toBeUndefined();
  });

  it('also what is nested deeper than any item', () => {
    const text = `{"pk":{"S":"a"},"v":${'{"L":['.repeat(100_000)}${']}'.repeat(100_000)}}`;
    expect(scanned(new ItemScanner(['pk']), text)).toBeUndefined();
  });
});

/** The largest set that DynamoDB takes is sorted in a fraction of a second, or in half a minute one by one. */
const limitMs = 4000;

it.each(['NS', 'M'])(
  'many members of %s in any order are sorted in a time that grows as they do',
  (type) => {
    const numbers = Array.from({ length: 50_000 }, (_, i) => String(((i * 7919) % 100_003) + 1));
    const members =
      type === 'NS' ? numbers : Object.fromEntries(numbers.slice(0, 25_000).map((n) => [`m${n}`, { S: '' }]));
    const text = JSON.stringify({ pk: { S: 'a' }, v: { [type]: members } });
    const found = scanned(new ItemScanner(['pk']), text);
    expect(found?.image.equals(ordinary(text, ['pk'])?.image ?? Buffer.alloc(0))).toBe(true);
  },
  limitMs,
);
