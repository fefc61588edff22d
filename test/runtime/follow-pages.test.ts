import { expect, it } from 'vitest';
import { followPages } from '../../lambda/runtime/follow-pages.ts';

/** Reads the pages of a list in which `next` returns the cursor after each page. */
function read(next: (cursor: number | undefined) => number | undefined): Promise<number[]> {
  const pages = followPages(
    'ListThings',
    async (cursor: number | undefined) => ({ cursor, following: next(cursor) }),
    ({ following }) => following,
  );
  return Array.fromAsync(pages, ({ cursor = 0 }) => cursor);
}

it('followPages reads a list up to the page without a cursor', async () => {
  expect(await read((cursor = 0) => (cursor < 3 ? cursor + 1 : undefined))).toEqual([0, 1, 2, 3]);
});

it.each([
  ['a page that leads to itself', () => 1],
  ['pages that lead in a circle', (cursor = 0) => (cursor + 1) % 4],
  ['cursors that never end', (cursor = 0) => cursor + 1],
] as [string, (cursor?: number) => number][])('throws for %s', async (_name, next) => {
  await expect(read(next)).rejects.toMatchObject({
    code: 'ServiceAnswerInvalid',
    message: 'ListThings answered pages without an end',
  });
});
