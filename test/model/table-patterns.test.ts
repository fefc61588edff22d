import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { covers } from '../../lambda/model/table-patterns.ts';

const arn = (name: string, region = 'eu-west-1') => `arn:aws:dynamodb:${region}:123456789012:table/${name}`;

describe('covers', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'orders-eu', false],
    ['orders-*', 'orders-', true],
    ['orders-*', 'orders', false],
    ['*-eu', 'orders-eu', true],
    ['a*a', 'a', false],
    ['a*b*a', 'aba', true],
    ['*', 'anything', true],
    ['a.b', 'axb', false],
    ['orders', arn('orders'), true],
    [arn('orders-*'), 'orders-eu', true],
    [arn('orders'), arn('orders', 'eu-west-2'), false],
  ])('returns, for the pattern %s and the name %s, %s', (pattern, table, expected) => {
    expect(covers(pattern, table)).toBe(expected);
  });

  it('agrees with a regular expression', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (pattern, text) => {
        const table = text.replaceAll('*', 'a');
        const regular = new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
        expect(covers(pattern, table)).toBe(regular.test(table));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no more time for a pattern of many stars', () => {
    expect(covers(`${'*a'.repeat(20_000)}b`, 'a'.repeat(40_000))).toBe(false);
  });
});
