import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineChanges, type NetChange } from '../../../lambda/snapshot/compact/net-change.ts';
import { SortBuffer } from '../../../lambda/snapshot/compact/sort-buffer.ts';
import { decodeNetChanges } from '../../../lambda/snapshot/compact/spill-record.ts';
import { mergeSorted } from '../../../lambda/snapshot/read/merge.ts';
import { anyHistory, netChangeOf, listChanges } from '../../support/snapshot/net-changes.ts';
import { gather, keepFrames, sortKeyed, toBatches } from '../../support/snapshot/support.ts';

describe('SortBuffer', () => {
  const anyHistories = fc.dictionary(fc.stringMatching(/^[a-f]{1,2}$/), anyHistory, { maxKeys: 8 });
  const anyDeal = anyHistories.chain((histories) => {
    const all = Object.entries(histories).flatMap(([key, history]) => listChanges(key, history));
    return fc.record({
      histories: fc.constant(histories),
      // Each change, with the number of the spill that it goes into.
      dealt: fc.tuple(...all.map((change) => fc.tuple(fc.nat(3), fc.constant(change)))),
    });
  });

  async function sortBySpill(changes: readonly NetChange[]): Promise<NetChange[]> {
    const buffer = new SortBuffer(10_000);
    for (const change of changes) expect(buffer.add(change)).toBe(true);
    const frames = await keepFrames(buffer.drain(100).frames);
    expect(buffer.isEmpty).toBe(true);
    return frames.flatMap(({ lines }) => decodeNetChanges(lines));
  }

  it('sorts changes, with any division, into spills that merge to the net change of each key, in order', async () => {
    await fc.assert(
      fc.asyncProperty(anyDeal, async ({ histories, dealt }) => {
        const spills = await Promise.all(
          [0, 1, 2, 3].map((spill) =>
            sortBySpill(dealt.filter(([to]) => to === spill).map(([, change]) => change)),
          ),
        );
        const merged = await gather(
          mergeSorted(
            spills.map((spill) => toBatches(spill, [2, 0, 1])),
            combineChanges,
          ),
        );
        expect(merged).toEqual(
          sortKeyed(Object.entries(histories).map(([key, history]) => netChangeOf(key, history))),
        );
      }),
      { numRuns: 300 },
    );
  });
});
