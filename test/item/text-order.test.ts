import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText } from '../../lambda/item/text-order.ts';
import { anyText, compareBytes } from '../support/item/arbitrary.ts';

describe('compareText', () => {
  it('orders any two texts by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (start, a, b) => {
        expect(Math.sign(compareText(start + a, start + b))).toBe(compareBytes(start + a, start + b));
      }),
      { numRuns: 2000 },
    );
  });

  it('puts a surrogate pair above U+E000 to U+FFFF, where JavaScript puts it below', () => {
    expect(['\u{1F600}', '\uE000', 'z', '\uD7FF', ''].sort(compareText)).toEqual([
      '',
      'z',
      '\uD7FF',
      '\uE000',
      '\u{1F600}',
    ]);
  });
});
