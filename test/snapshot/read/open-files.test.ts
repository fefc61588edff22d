import { expect, it } from 'vitest';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { OpenFiles } from '../../../lambda/snapshot/read/open-files.ts';

const run = (key: string, from: string, to: string) => ({ key, range: { from, to } }) as RunRef;

it('OpenFiles opens a file once, and closes it after the last range that refers to it', () => {
  const [a, b, later] = [run('a', '0', '2'), run('b', '0', '1'), run('a', '4', '6')];
  const runs = [later, b, a];
  const opened: string[] = [];
  const files = new OpenFiles(runs, ({ key }) => opened.push(key));
  expect([files.open(a), files.open(b), files.open(a)]).toEqual([1, 2, 1]);
  files.closeBelow(3n);
  expect([files.open(later), opened]).toEqual([1, ['a', 'b']]);
  files.closeBelow(6n);
  expect(files.open(later)).toBe(3);
});
