import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectPage } from '../../lambda/operations/compare-backups.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import type { ComparisonStep, Difference } from '../../lambda/snapshot/compare/compare.ts';
import { compareKeyed, type Keyed, placeAfter, startOfHash } from '../../lambda/snapshot/format/change.ts';
import { wholeRange } from '../../lambda/snapshot/format/hash-range.ts';
import { Budget } from '../../lambda/jobs/budget.ts';

const maxHash = 9n;

/** Differences with hashes below ten, several of which may have the same hash. */
const differences: fc.Arbitrary<Difference[]> = fc
  .array(fc.bigInt(0n, maxHash), { maxLength: 20 })
  .map((hashes) =>
    hashes
      .toSorted((a, b) => Number(a - b))
      .map((hash, i) => ({ change: 'added', hash, key: Buffer.from([i]) })),
  );

/** Compares the snapshots from a place on, `step` differences at a time. */
async function* compareInSteps(
  all: readonly Difference[],
  from: Keyed,
  step: number,
): AsyncGenerator<ComparisonStep> {
  const rest = all.filter((difference) => compareKeyed(difference, from) >= 0);
  for (let at = 0; at < rest.length; at += step) {
    const differences = rest.slice(at, at + step);
    yield { differences, upTo: placeAfter(differences.at(-1) ?? from) };
  }
  yield { differences: [], upTo: startOfHash(wholeRange.to) };
}

it('the pages of a comparison have every difference once, and no page exceeds its limit, even if all keys have one hash', async () => {
  await fc.assert(
    fc.asyncProperty(
      differences,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(0, 60_000),
      async (all, limit, step, time) => {
        const found: Difference[] = [];
        for (let at = startOfHash(0n); at.hash < wholeRange.to;) {
          const { listed, end } = await collectPage(
            compareInSteps(all, at, step),
            limit,
            new Budget(systemClock, time),
          );
          expect(compareKeyed(end, at)).toBeGreaterThan(0);
          expect(listed.length).toBeLessThanOrEqual(limit);
          found.push(...listed);
          at = end;
        }
        expect(found).toEqual(all);
      },
    ),
  );
});

it('a page of a comparison fits into Lambda’s response, although control characters of keys grow in JSON', async () => {
  const maxAnswerBytes = 6 * 1024 * 1024;
  const keyText = JSON.stringify({ S: '\u0001'.repeat(2000) });
  const all: Difference[] = Array.from({ length: 1000 }, (_, i) => ({
    change: 'added',
    hash: BigInt(i),
    key: Buffer.from(`"pk":${keyText}`),
  }));
  async function* compareAtOnce(): AsyncGenerator<ComparisonStep> {
    yield { differences: all, upTo: startOfHash(wholeRange.to) };
  }
  const { listed, end } = await collectPage(compareAtOnce(), 1000, new Budget(systemClock, 60_000));
  const differences = listed.map(({ key }) => `{"Change":"ADDED","Key":{${key.toString()}}}`);
  const body = `{"Differences":[${differences.join(',')}]}`;
  expect(JSON.stringify({ statusCode: 200, body }).length).toBeLessThan(maxAnswerBytes);
  expect(listed.length).toBeGreaterThan(100);
  expect(end).toEqual(all[listed.length]);
});
