import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lambda/item/parse-json.ts';

/** Finds the names of members without JSON.parse, which may misread them. */
function findNames(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, name]) => String(name));
}

describe('parseJson', () => {
  it('reads names with escapes right, for which V8 may give another name', () => {
    for (const name of ['\\', '"', '\n', '\\"', 'a\\', 'a"', 'b\\', 'b"']) {
      const text = JSON.stringify({ k: 1, [name]: 2 });
      expect(Object.keys(parseJson(text) as object)).toEqual(['k', name]);
    }
  });

  it('reads all names right, at any depth, next to values that look like them', () => {
    const name = fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'a', ':', '1', 'name'), maxLength: 4 });
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        name,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree.value, (value) => {
        const text = JSON.stringify(value);
        const parsed = parseJson(text);
        expect(parsed).toEqual(value);
        expect(findNames(JSON.stringify(parsed)).toSorted()).toEqual(findNames(text).toSorted());
      }),
      { numRuns: 1000 },
    );
  });

  it('throws SyntaxError for text that is not JSON', () => {
    expect(() => parseJson('{"a\\"":')).toThrow(SyntaxError);
    expect(() => parseJson('{')).toThrow(SyntaxError);
  });
});

/** The largest item that DynamoDB accepts is read in milliseconds in one pass. A search for each escape takes minutes. */
const limitMs = 2000;

it(
  'parseJson reads a value with many escapes in one pass',
  () => {
    const value = { k: { S: 'k' }, v: { S: 'a line of text\n'.repeat(20_000) } };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  },
  limitMs,
);
