import { expect, it } from 'vitest';
import { sources } from '../../lambda/backup/sources.ts';
import { textOf } from './pages.ts';

it('docs/walks/add-a-source.md names exactly the members that a source has', () => {
  const rows = textOf('docs/walks/add-a-source.md').matchAll(/^\| `(?<member>\w+)` \|/gm);
  const named = Array.from(rows, ({ groups }) => groups?.['member']);
  const members = new Set(Object.values(sources).flatMap((source) => Object.keys(source)));
  expect(new Set(named)).toEqual(members);
});
