import { expect, it } from 'vitest';
import { RecentNames } from '../../local/recent-names.ts';

it('only the names that were added last are remembered', () => {
  const names = new RecentNames(3);
  for (const name of ['a', 'b', 'c', 'd', 'c']) names.add(name);
  expect(['a', 'b', 'c', 'd'].map((name) => names.has(name))).toEqual([false, true, true, true]);
});
