import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue, Item } from '../../lambda/item/attribute-value.ts';
import { toCanonicalItem } from '../../lambda/item/canonical.ts';
import { ItemScanner } from '../../lambda/item/item-scanner.ts';
import { toCanonicalNumber } from '../../lambda/item/number.ts';
import { parseJson } from '../../lambda/item/parse-json.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { dropTrailing } from '../../lambda/runtime/drop-trailing.ts';
import { measureCpuMs } from '../support/cpu-time.ts';

/** A text of this length takes a linear reader a few milliseconds, and a quadratic one seconds. */
const length = 200_000;
const maxMs = 500;

/** Calls a reader, which may refuse the text. Returns the call's CPU time in milliseconds. */
function timeOf(read: () => unknown): number {
  return measureCpuMs(() => {
    try {
      read();
    } catch {
      // The test measures the time even if the reader refuses the text.
    }
  });
}

/** A long text: one fragment repeated many times, between two others. */
function anyLongText(...fragments: string[]): fc.Arbitrary<string> {
  const fragment = fc.array(fc.constantFrom(...fragments), { maxLength: 3 }).map((parts) => parts.join(''));
  return fc
    .tuple(fragment, fragment, fragment)
    .map(([first, again, last]) => first + again.repeat(length / Math.max(1, again.length)) + last);
}

function repeat(text: string, count: number): string {
  return text.repeat(count);
}

describe('every reader of items takes time in proportion to the length of the text', () => {
  const escapedNames = Array.from({ length: 1000 }, (_, i) => `"\\"${i}":${i}`).join(',');

  it.each([
    ['escaped names and dashes', `{${escapedNames},"v":"name${repeat('-', length)}"}`],
    ['escaped names and all short aliases', `{${escapedNames},"v":"${repeat('#1#2#3', length / 6)}"}`],
    ['escaped quotes that nothing closes', `{"${repeat('\\"', length / 2)}`],
    ['names of escapes', `{${Array.from({ length: length / 12 }, (_, i) => `"\\n${i}":1`).join(',')}}`],
    ['white space after each string', `["\\\\"${repeat(' ', length)},"\\\\"${repeat(' ', length)}]`],
    ['lists in lists with an escaped name', `{"\\"":${repeat('[', length)}${repeat(']', length)}}`],
  ])('parseJson, of %s', (_what, text) => {
    expect(timeOf(() => parseJson(text))).toBeLessThan(maxMs);
  });

  it('parseJson, of any text of repeated fragments', () => {
    const text = anyLongText(
      '"',
      '\\',
      '\\"',
      '\\\\',
      ':',
      ' ',
      '{',
      '[',
      ',',
      '}',
      '"a":',
      '#1',
      '-',
      'name',
      '1',
    );
    fc.assert(
      fc.property(text, (long) => timeOf(() => parseJson(long)) < maxMs),
      { numRuns: 200 },
    );
  });

  it('ItemScanner, of any text of repeated fragments in an item', () => {
    const scanner = new ItemScanner(['k']);
    const text = anyLongText(
      '"',
      '\\"',
      '{"S":"',
      '{"N":"',
      '{"L":[',
      '"},',
      '0',
      '.',
      '"a":{"M":{',
      '}',
      ']',
      '=',
    );
    fc.assert(
      fc.property(text, (long) => {
        const bytes = Buffer.from(`{"k":{"S":"k"},"v":${long}}`);
        const ms = timeOf(() => {
          scanner.start(bytes);
          scanner.readItem();
        });
        return ms < maxMs;
      }),
      { numRuns: 200 },
    );
  });

  it('toCanonicalItem and measureItem, for any value that repeats fragments', () => {
    const text = anyLongText('0', '1', '.', '-', '+', 'e', 'E', '=', 'A', '/', ' ', 'é');
    fc.assert(
      fc.property(text, fc.constantFrom('S', 'N', 'B', 'SS', 'NS', 'BS'), (long, type) => {
        const value = { [type]: type.length === 1 ? long : [long, long] } as AttributeValue;
        const item: Item = { k: { S: 'k' }, v: value };
        return timeOf(() => toCanonicalItem(item, ['k'])) + timeOf(() => measureItem(item)) < maxMs;
      }),
      { numRuns: 200 },
    );
  });

  it('toCanonicalItem and measureItem, of many numbers as long as a number may be', () => {
    const number = `0.1${repeat('0', 390)}1`;
    const item: Item = { k: { S: 'k' }, v: { L: Array.from({ length: 1000 }, () => ({ N: number })) } };
    expect(timeOf(() => toCanonicalItem(item, ['k'])) + timeOf(() => measureItem(item))).toBeLessThan(maxMs);
  });

  it('dropTrailing, of a text with zeros that are not at its end', () => {
    expect(timeOf(() => dropTrailing(`${repeat('0', length)}1`, '0'))).toBeLessThan(maxMs);
  });
});

it('toCanonicalNumber refuses a text that is longer than any number, with any end', () => {
  for (const text of [repeat('1', 1001), `0.1${repeat('0', 320_000)}1`, `${repeat('1', length)}x`]) {
    expect(() => toCanonicalNumber(text)).toThrow(expect.objectContaining({ code: 'RecordNotUnderstood' }));
  }
});
