import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Item, KeyNames } from '../../lambda/item/attribute-value.ts';
import { parseJson } from '../../lambda/item/parse-json.ts';
import { toCanonicalItem, toCanonicalKey } from '../../lambda/item/canonical.ts';
import { ItemScanner, type ScannedItem } from '../../lambda/item/item-scanner.ts';
import { notPlain } from '../../lambda/item/scalar-scanner.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { isError } from '../../lambda/runtime/errors.ts';
import { anyItem, createChoices, writeItem, spellItem } from '../support/item/arbitrary.ts';

/** Scans the item of a text. Returns undefined if the scanner does not accept the text. */
function scanItem(scanner: ItemScanner, text: string): ScannedItem | undefined {
  try {
    scanner.start(Buffer.from(text));
    const item = scanner.readItem();
    return scanner.at === Buffer.byteLength(text) ? item : undefined;
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

/** Parses the item in the ordinary way. Returns undefined if the text is no item. */
function parseItem(text: string, keyNames: KeyNames): ScannedItem | undefined {
  try {
    const item = parseJson(text) as Item;
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

describe('the item scanner', () => {
  const anyKnown = anyItem.chain(({ keyNames, members }) =>
    fc.record({
      keyNames: fc.constant(keyNames),
      plain: fc.constant(writeItem(members)),
      spelled: fc.nat().map((seed) => spellItem(members, createChoices(seed))),
    }),
  );

  it('agrees with parsing about every item that it accepts, also when it scans several in turn', () => {
    fc.assert(
      fc.property(anyKnown, anyKnown, (one, other) => {
        const scanner = new ItemScanner(one.keyNames);
        for (const item of [one.spelled, other.spelled, one.plain, other.plain]) {
          const text = JSON.stringify(item);
          const found = scanItem(scanner, text);
          expect([found, undefined]).toContainEqual(found && parseItem(text, one.keyNames));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('accepts every item without escapes whose values are canonical, in any order of its members', () => {
    fc.assert(
      fc.property(anyKnown, ({ keyNames, plain }) => {
        const text = JSON.stringify(plain);
        const isTaken = scanItem(new ItemScanner(keyNames), text) !== undefined;
        expect(isTaken || text.includes('\\')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees with parsing about any text in which a few characters changed', () => {
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
          const found = scanItem(new ItemScanner(keyNames), text);
          expect([found, undefined]).toContainEqual(found && parseItem(text, keyNames));
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
  ])('leaves an item with %s to parsing', (text) => {
    expect(scanItem(new ItemScanner(['pk']), text)).toBeUndefined();
  });

  it('leaves a text to parsing if it is nested deeper than any item', () => {
    const text = `{"pk":{"S":"a"},"v":${'{"L":['.repeat(100_000)}${']}'.repeat(100_000)}}`;
    expect(scanItem(new ItemScanner(['pk']), text)).toBeUndefined();
  });
});

/** Sorting the largest set that DynamoDB accepts takes a fraction of a second, but half a minute by insertion. */
const limitMs = 4000;

it.each(['NS', 'M'])(
  'the item scanner sorts many members of %s in time that grows in proportion to their number',
  (type) => {
    const numbers = Array.from({ length: 50_000 }, (_, i) => String(((i * 7919) % 100_003) + 1));
    const members =
      type === 'NS' ? numbers : Object.fromEntries(numbers.slice(0, 25_000).map((n) => [`m${n}`, { S: '' }]));
    const text = JSON.stringify({ pk: { S: 'a' }, v: { [type]: members } });
    const found = scanItem(new ItemScanner(['pk']), text);
    expect(found?.image.equals(parseItem(text, ['pk'])?.image ?? Buffer.alloc(0))).toBe(true);
  },
  limitMs,
);
