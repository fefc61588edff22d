import { describe, expect, it } from 'vitest';
import { type Expected, prove } from '../../../cli/demo/proof.ts';
import type { Write } from '../../../cli/demo/writer.ts';

/** A writer of three writes, each acknowledged 5 ms after it was sent. */
const history: readonly Write[] = [
  { key: 'w1', item: 'w1, first', sentAt: 100, ackedAt: 105 },
  { key: 'w2', item: 'w2, first', sentAt: 200, ackedAt: 205 },
  { key: 'w1', item: undefined, sentAt: 300, ackedAt: 305 },
];

const settled = { a: 'item a', b: 'item b' };

const afterWrites = [
  {},
  { w1: 'w1, first' },
  { w1: 'w1, first', w2: 'w2, first' },
  { w2: 'w2, first' },
] as const;

/** Whether the proof holds of these items, of a cut between these times. */
function held(items: Record<string, string>, requestedAt: number, latest: number): boolean {
  const expected: Expected = { settled: new Map(Object.entries(settled)), history, requestedAt, latest };
  return prove(new Map(Object.entries(items)), expected).held;
}

describe('items that nobody wrote during the backup are all there and the same', () => {
  it('holds if they are', () => {
    expect(held(settled, 0, 1000)).toBe(true);
  });

  it.each([
    ['missing', { a: 'item a' }],
    ['different', { ...settled, b: 'item b, changed' }],
    ['added', { ...settled, c: 'item c' }],
  ])('does not hold if one is %s', (_, items) => {
    expect(held(items, 0, 1000)).toBe(false);
  });
});

describe("the writer's items are of one moment between the request and the latest cut", () => {
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
    'requested at %i, cut at %i at the latest: holds after %j writes only',
    (requestedAt, latest, allowed) => {
      const found = afterWrites.map((own) => held({ ...settled, ...own }, requestedAt, latest));
      expect(found).toEqual([0, 1, 2, 3].map((writes) => allowed.includes(writes)));
    },
  );

  it('does not hold if they are of different moments', () => {
    expect(held({ ...settled, w1: 'w1, first', w2: 'w2, other' }, 0, 1000)).toBe(false);
  });
});
