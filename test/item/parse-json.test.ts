import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../lambda/item/parse-json.ts';

/** Finds the names of members without JSON.parse, which may misread them. */
function findNames(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, name]) => String(name));
}

describe('parseJson of any names', () => {
  it('reads names with escapes correctly, although V8 may return another name for them', () => {
    for (const name of ['\\', '"', '\n', '\\"', 'a\\', 'a"', 'b\\', 'b"']) {
      const text = JSON.stringify({ k: 1, [name]: 2 });
      expect(Object.keys(parseJson(text) as object)).toEqual(['k', name]);
    }
  });

  it('reads all names correctly, at any depth, next to values that look like them', () => {
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

/** Returns whether a parser accepts a text, refuses it, or refuses it because an object has a name twice. */
function readOutcome(parse: (text: string) => unknown, text: string): 'accepted' | 'refused' | 'doubled' {
  try {
    parse(text);
    return 'accepted';
  } catch (cause) {
    return String(cause).includes('two members') ? 'doubled' : 'refused';
  }
}

describe('parseJson of unusual text', () => {
  it('reads names with escapes correctly, with any white space after them', () => {
    parseJson('{"k":1,"\\\\" :2}');
    for (const space of ['', ' ', '\n', '\t\r\n  ']) {
      expect(Object.keys(parseJson(`{"k":1,"\\""${space}:2}`) as object)).toEqual(['k', '"']);
    }
  });

  it('reads members correctly that are named like its aliases', () => {
    expect(parseJson('{"#0":"#1","\\"":{"#1":"\\"","\\n":"#0"}}')).toEqual({
      '#0': '#1',
      '"': { '#1': '"', '\n': '#0' },
    });
  });

  it('accepts and refuses the same texts as JSON.parse', () => {
    const fragment = fc.constantFrom(
      '"',
      '\\',
      '"a"',
      '"\\""',
      '"\\u0041"',
      ':',
      ',',
      '{',
      '}',
      '[',
      ']',
      '1',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join('');
        const outcome = readOutcome(parseJson, text);
        expect(outcome === 'doubled' ? 'accepted' : outcome).toBe(readOutcome(JSON.parse, text));
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses an object that has one name twice, once with an escape', () => {
    expect(() => parseJson('{"\\u0061":1,"a":2}')).toThrow(SyntaxError);
    expect(() => parseJson('{"\\"":1,"\\"":2}')).toThrow(SyntaxError);
  });
});
