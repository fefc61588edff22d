import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectPage } from '../../lambda/operations/compare-backups.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import type { ComparisonStep, Difference } from '../../lambda/snapshot/compare/compare.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { Budget } from '../../lambda/jobs/budget.ts';

const mostHash = 9n;

/** Differences of hashes below ten, of which several may have the same. */
const differences: fc.Arbitrary<Difference[]> = fc
  .array(fc.bigInt(0n, mostHash), { maxLength: 20 })
  .map((hashes) =>
    hashes
      .toSorted((a, b) => Number(a - b))
      .map((hash, i) => ({ change: 'added', hash, key: Buffer.from([i]) })),
  );

/** A comparison from a hash on, in steps of so many hashes. */
async function* compared(
  all: readonly Difference[],
  from: bigint,
  step: bigint,
): AsyncGenerator<ComparisonStep> {
  for (let at = from; at <= mostHash; at += step)
    yield { differences: all.filter(({ hash }) => hash >= at && hash < at + step), upTo: at + step };
  yield { differences: [], upTo: wholeRange.to };
}

it('pages together have every difference once, and a page ends as soon as it has enough and its hash ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      differences,
      fc.integer({ min: 1, max: 5 }),
      fc.bigInt(1n, 4n),
      fc.constantFrom(0, 60_000),
      async (all, limit, step, time) => {
        const found: Difference[] = [];
        for (let at = 0n; at < wholeRange.to;) {
          const { listed, end } = await collectPage(
            compared(all, at, step),
            limit,
            new Budget(systemClock, time),
          );
          expect(end).toBeGreaterThan(at);
          // All but those of the last hash are fewer than the limit.
          const last = listed.at(-1)?.hash;
          expect(listed.filter(({ hash }) => hash !== last).length).toBeLessThan(limit);
          found.push(...listed);
          at = end;
        }
        expect(found).toEqual(all);
      },
    ),
  );
});
