import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { contains, fromHex, type HashRange, toHex } from '../../../lambda/snapshot/format/hash-range.ts';
import type { RunRef } from '../../../lambda/snapshot/format/manifest.ts';
import { splitIntoStretches } from '../../../lambda/snapshot/compare/stretches.ts';

const anyRange: fc.Arbitrary<HashRange> = fc
  .uniqueArray(fc.bigInt(0n, 12n), { minLength: 2, maxLength: 2 })
  .map(([a = 0n, b = 0n]) => (a < b ? { from: a, to: b } : { from: b, to: a }));

const anyRuns = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), anyRange), { maxLength: 5 })
  .map((runs) => runs.map(([key, range]) => ({ key, range: toHex(range) }) as RunRef));

it('stretches cover the range, and within each both snapshots refer to the same runs at every hash', () => {
  fc.assert(
    fc.property(anyRuns, anyRuns, anyRange, (from, to, range) => {
      const found = [...splitIntoStretches(from, to, range)];
      const hashes = Array.from({ length: 13 }, (_, i) => BigInt(i)).filter((hash) => contains(range, hash));
      let start = range.from;
      for (const stretch of found) {
        expect(stretch.range.from).toBe(start);
        start = stretch.range.to;
      }
      expect(start).toBe(range.to);
      for (const hash of hashes) {
        const stretch = found.find((one) => contains(one.range, hash));
        const at = (runs: readonly RunRef[]) => runs.filter((run) => contains(fromHex(run.range), hash));
        expect(stretch).toMatchObject({ from: at(from), to: at(to) });
      }
    }),
  );
});
