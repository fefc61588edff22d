import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../lambda/item/attribute-value.ts';
import { measureItem } from '../../lambda/item/size.ts';
import { anyItem, createChoices, writeItem, spellItem } from '../support/item/arbitrary.ts';

describe('the size of an item', () => {
  // Each value belongs to the attribute "ab", whose name adds 2 bytes.
  it.each<[AttributeValue, number]>([
    [{ S: '' }, 0],
    [{ S: 'abc' }, 3],
    [{ S: 'é€😀' }, 2 + 3 + 4],
    [{ N: '0' }, 1],
    [{ N: '7' }, 1 + 1],
    [{ N: '27' }, 1 + 1],
    [{ N: '-27' }, 1 + 1 + 1],
    [{ N: '461' }, 1 + 2],
    [{ N: '100' }, 1 + 1],
    [{ N: '1e125' }, 1 + 1],
    [{ N: '0.00012' }, 1 + 1],
    [{ N: '10.01' }, 1 + 2],
    [{ N: '99999999999999999999999999999999999999' }, 1 + 19],
    [{ N: '-99999999999999999999999999999999999999' }, 1 + 19 + 1],
    [{ B: '' }, 0],
    [{ B: 'QUJD' }, 3],
    [{ B: 'QUI=' }, 2],
    [{ B: 'QQ' }, 1],
    [{ BOOL: false }, 1],
    [{ NULL: true }, 1],
    [{ SS: ['a', 'bc'] }, 1 + 2],
    [{ NS: ['1', '-200'] }, 2 + 3],
    [{ BS: ['QQ==', 'QUJD'] }, 1 + 3],
    [{ L: [] }, 3],
    [{ L: [{ S: 'abc' }, { N: '1' }] }, 3 + (1 + 3) + (1 + 2)],
    [{ M: {} }, 3],
    [{ M: { é: { BOOL: true }, b: { L: [{ S: 'x' }] } } }, 3 + (1 + 2 + 1) + (1 + 1 + 3 + 1 + 1)],
  ])('counts the value %j as %i bytes, as DynamoDB’s Developer Guide says', (value, size) => {
    expect(measureItem({ ab: value })).toBe(2 + size);
  });

  it('is the sum over the item’s attributes, 0 for an empty item', () => {
    expect(measureItem({})).toBe(0);
    expect(measureItem({ pk: { S: 'a' }, größe: { N: '1' } })).toBe(2 + 1 + (7 + 2));
  });

  it('is the same for equal items in any spelling', () => {
    fc.assert(
      fc.property(anyItem, fc.nat(), ({ members }, seed) => {
        expect(measureItem(spellItem(members, createChoices(seed)))).toBe(measureItem(writeItem(members)));
      }),
    );
  });
});
