import { describe, expect, it } from 'vitest';
import { type Expected, prove } from '../../../cli/demo/proof.ts';
import type { Write } from '../../../cli/demo/writer.ts';

/** Three writes of the writer, each acknowledged 5 ms after it was sent. */
const history: readonly Write[] = [
  { key: 'w1', item: 'w1, first', sentAt: 100, ackedAt: 105 },
  { key: 'w2', item: 'w2, first', sentAt: 200, ackedAt: 205 },
  { key: 'w1', item: undefined, sentAt: 300, ackedAt: 305 },
];

const settled = { a: 'item a', b: 'item b' };

/** The writer's items after 0, 1, 2 and 3 writes. */
const afterWrites = [
  {},
  { w1: 'w1, first' },
  { w1: 'w1, first', w2: 'w2, first' },
  { w2: 'w2, first' },
] as const;

/** Checks these items against a backup that was requested at `requestedAt` and whose cut is `latestCut` at the latest. */
function passes(items: Record<string, string>, requestedAt: number, latestCut: number): boolean {
  const expected: Expected = { settled: new Map(Object.entries(settled)), history, requestedAt, latestCut };
  return prove(new Map(Object.entries(items)), expected).passed;
}

describe('the check of items that nobody wrote during the backup', () => {
  it('passes if all are there and unchanged', () => {
    expect(passes(settled, 0, 1000)).toBe(true);
  });

  it.each([
    ['missing', { a: 'item a' }],
    ['different', { ...settled, b: 'item b, changed' }],
    ['added', { ...settled, c: 'item c' }],
  ])('fails if an item is %s', (_, items) => {
    expect(passes(items, 0, 1000)).toBe(false);
  });
});

describe("the check of the writer's items", () => {
  it.each([
    [50, 99, [0]],
    [50, 100, [0, 1]],
    [105, 150, [1]],
    [104, 150, [0, 1]],
    [150, 250, [1, 2]],
    [250, 250, [2]],
    [305, 305, [3]],
    [0, 1000, [0, 1, 2, 3]],
  ])(
    'passes, for a request at %i and a latest cut at %i, only after %j writes',
    (requestedAt, latestCut, allowed) => {
      const found = afterWrites.map((own) => passes({ ...settled, ...own }, requestedAt, latestCut));
      expect(found).toEqual([0, 1, 2, 3].map((writes) => allowed.includes(writes)));
    },
  );

  it('fails if the items are of different moments', () => {
    expect(passes({ ...settled, w1: 'w1, first', w2: 'w2, other' }, 0, 1000)).toBe(false);
  });
});
