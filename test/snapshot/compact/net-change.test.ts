import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineChanges, compareOrder, type NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import { anyHistory, netChangeOf, listChanges, makeNetChange } from '../../support/snapshot/net-changes.ts';

/** Shuffles the changes of a history, some of them twice, as repeated and parallel reads stage them. */
function shuffleChanges(single: readonly NetChange[]): fc.Arbitrary<NetChange[]> {
  return fc
    .subarray([...single])
    .chain((again) =>
      fc.shuffledSubarray([...single, ...again], { minLength: single.length + again.length }),
    );
}

const anyStaged = anyHistory.chain((history) =>
  fc.record({ history: fc.constant(history), shuffled: shuffleChanges(listChanges('k', history)) }),
);

describe('combineChanges', () => {
  it('returns the change from first to last in any order, even if some changes occur twice', () => {
    fc.assert(
      fc.property(anyStaged, ({ history, shuffled }) => {
        expect(shuffled.reduce(combineChanges)).toEqual(netChangeOf('k', history));
      }),
      { numRuns: 500 },
    );
  });

  it('returns the same in any grouping, and if its arguments are swapped', () => {
    fc.assert(
      fc.property(anyStaged, fc.nat(), ({ history, shuffled }, seed) => {
        const left = [...shuffled];
        for (let n = seed; left.length > 1; n = Math.floor(n / 3)) {
          const at = n % (left.length - 1);
          const [a, b] = left.splice(at, 2);
          if (a !== undefined && b !== undefined) {
            left.splice(at, 0, n % 2 === 0 ? combineChanges(a, b) : combineChanges(b, a));
          }
        }
        expect(left).toEqual([netChangeOf('k', history)]);
      }),
      { numRuns: 500 },
    );
  });

  it('treats an item of a scan as older than all changes, with an unknown old image', () => {
    const scanned = makeNetChange('k', ['', ''], [undefined, 'seen']);
    const change = makeNetChange('k', ['5', '5'], ['older', 'newer']);
    const both = makeNetChange('k', ['', '5'], [undefined, 'newer']);
    expect(combineChanges(scanned, change)).toEqual(both);
    expect(combineChanges(change, scanned)).toEqual(both);
  });
});

describe('two records of exports for one key', () => {
  const record = (order: string, image: string): NetChange => ({
    ...makeNetChange('k', [order, order], ['older', image]),
    once: true,
  });

  it('are refused if they come from one export, with equal or different images', () => {
    const error = expect.objectContaining({ code: 'StagedDataCorrupt' }) as Error;
    expect(() => combineChanges(record('3', 'a'), record('3', 'b'))).toThrow(error);
    expect(() => combineChanges(record('3', 'a'), record('3', 'a'))).toThrow(error);
  });

  it('are combined if they come from two exports', () => {
    expect(combineChanges(record('3', 'a'), record('4', 'b'))).toMatchObject({ first: '3', last: '4' });
  });
});

describe('compareOrder', () => {
  it('compares whole numbers of any length', () => {
    const anyNumber = fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(0n, 10n ** 42n));
    fc.assert(
      fc.property(anyNumber, anyNumber, (a, b) => {
        const expected = a === b ? 0 : a < b ? -1 : 1;
        expect(Math.sign(compareOrder(String(a), String(b)))).toBe(expected);
      }),
    );
  });

  it('puts the empty order before all others', () => {
    expect(compareOrder('', '0')).toBeLessThan(0);
    expect(compareOrder('0', '')).toBeGreaterThan(0);
    expect(compareOrder('', '')).toBe(0);
  });
});
