import { expect, it } from 'vitest';
import { measureGrowth } from './growth.ts';

/** Counts the pairs of equal characters. */
function countPairs(text: string): number {
  let pairs = 0;
  for (let i = 0; i < text.length; i++) for (let j = 0; j < i; j++) if (text[i] === text[j]) pairs++;
  return pairs;
}

it.each([
  ['a regular expression that tries every start', (text: string) => /0+$/.test(text)],
  ['a comparison of each two characters', (text: string) => countPairs(text.slice(text.length / 2))],
])('measureGrowth finds that %s takes quadratic time', (_what, work) => {
  expect(measureGrowth((length) => () => work(`${'0'.repeat(length / 32)}1`))).toBeGreaterThan(3);
});

it.each([
  ['goes over the text once', (text: string) => text.split('1').length],
  ['refuses a long text at once', (text: string) => text.length < 1000],
])('measureGrowth finds that work which %s is not quadratic', (_what, work) => {
  expect(measureGrowth((length) => () => work('0'.repeat(length)))).toBeLessThan(3);
});
