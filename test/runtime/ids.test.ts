import { expect, it } from 'vitest';
import { rotateRandomly } from '../../lambda/runtime/ids.ts';

const beginAt = (index: number) => ({ hex: () => index.toString(16).padStart(8, '0') });

it('rotateRandomly can begin at each member, and keeps the order of all', () => {
  expect([0, 1, 2, 3].map((index) => rotateRandomly(['a', 'b', 'c'], beginAt(index)).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
  expect(rotateRandomly([], beginAt(5))).toEqual([]);
});
