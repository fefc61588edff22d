import { describe, expect, it } from 'vitest';
import { parseSetId, toSetId } from '../../lambda/model/sets.ts';

const invalid = expect.objectContaining({ code: 'IdInvalid' });

describe('the id of a backup set', () => {
  it.each([1, 5_073_731, 999_999_999_999_999])(
    'is accepted for the number %d, as a number and as digits',
    (id) => {
      expect([toSetId(id), parseSetId(String(id))]).toEqual([id, id]);
    },
  );

  it.each([0, -1, 1.5, 10 ** 15, Number.NaN, Infinity])('throws for the number %d', (id) => {
    expect(() => toSetId(id)).toThrow(invalid);
  });

  it.each(['', '0', '01', '+1', ' 1', '1e3', '0x10', '1000000000000000', '9'.repeat(100_000), '１'])(
    'throws for the text %j',
    (text) => {
      expect(() => parseSetId(text)).toThrow(invalid);
    },
  );
});
