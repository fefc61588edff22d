import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCanonicalNumber } from '../../lambda/item/number.ts';
import { anyDecimal, createChoices, writeNumber, spellNumber } from '../support/item/arbitrary.ts';

describe('the canonical form of a number', () => {
  it('is the same for every spelling, and equals the result of arithmetic on whole numbers', () => {
    fc.assert(
      fc.property(anyDecimal, fc.nat(), (decimal, seed) => {
        expect(toCanonicalNumber(spellNumber(decimal, createChoices(seed)))).toBe(writeNumber(decimal));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['+0.00e5', '0'],
    ['007', '7'],
    ['+7', '7'],
    ['7.', '7'],
    ['.5', '0.5'],
    ['-.50', '-0.5'],
    ['1e3', '1000'],
    ['1E+3', '1000'],
    ['1200e-2', '12'],
    ['1e-3', '0.001'],
    ['123.4500', '123.45'],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['1E-130', `0.${'0'.repeat(129)}1`],
    ['-9.9E125', `-99${'0'.repeat(124)}`],
  ])('is, for %s, %s', (text, canonical) => {
    expect(toCanonicalNumber(text)).toBe(canonical);
  });
});

describe('toCanonicalNumber, by RecordNotUnderstood,', () => {
  it.each([
    '',
    '.',
    '-',
    '+',
    'e5',
    '.e1',
    '1e',
    '1e1.5',
    '1,5',
    '1 ',
    ' 1',
    '1\n',
    '0x1',
    'NaN',
    'Infinity',
    '--1',
    '١',
  ])('refuses the text %j', (text) => {
    expect(() => toCanonicalNumber(text)).toThrow(expect.objectContaining({ code: 'RecordNotUnderstood' }));
  });

  it.each(['1e126', '9.9e126', '1e-131', '9.9e-131', `1${'0'.repeat(126)}`, `0.${'0'.repeat(130)}9`])(
    'refuses a number beyond DynamoDB’s range: %s',
    (text) => {
      expect(() => toCanonicalNumber(text)).toThrow('an N value is out of range');
    },
  );

  it.each(['1'.repeat(39), `0.${'1'.repeat(39)}`, `1${'0'.repeat(37)}1e-60`, `-${'9'.repeat(400)}e-300`])(
    'refuses a number of more than 38 significant digits: %s',
    (text) => {
      expect(() => toCanonicalNumber(text)).toThrow('more than 38 significant digits');
    },
  );

  it.each(['1e401', '1e-402', '1e99999999999999999999', '-1e-99999999999999999999'])(
    'refuses an exponent far out of range: %s',
    (text) => {
      expect(() => toCanonicalNumber(text)).toThrow(expect.objectContaining({ code: 'RecordNotUnderstood' }));
    },
  );
});
