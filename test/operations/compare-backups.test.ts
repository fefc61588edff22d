import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { collectPage } from '../../lambda/operations/compare-backups.ts';
import { systemClock } from '../../lambda/runtime/clock.ts';
import type { ComparisonStep, Difference } from '../../lambda/snapshot/compare/compare.ts';
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

/** Compares the hashes from `from` on, `step` hashes in each step. */
async function* compareInSteps(
  all: readonly Difference[],
  from: bigint,
  step: bigint,
): AsyncGenerator<ComparisonStep> {
  for (let at = from; at <= maxHash; at += step)
    yield { differences: all.filter(({ hash }) => hash >= at && hash < at + step), upTo: at + step };
  yield { differences: [], upTo: wholeRange.to };
}

it('the pages of a comparison have every difference once, and a page ends with the hash that reaches its limit', async () => {
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
            compareInSteps(all, at, step),
            limit,
            new Budget(systemClock, time),
          );
          expect(end).toBeGreaterThan(at);
          // Without the differences of its last hash, a page has fewer differences than the limit.
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

it('a page of a comparison fits into Lambda’s response, although control characters of keys grow in JSON', async () => {
  const maxAnswerBytes = 6 * 1024 * 1024;
  const keyText = JSON.stringify({ S: '\u0001'.repeat(2000) });
  const all: Difference[] = Array.from({ length: 1000 }, (_, i) => ({
    change: 'added',
    hash: BigInt(i),
    key: Buffer.from(`"pk":${keyText}`),
  }));
  async function* compareAtOnce(): AsyncGenerator<ComparisonStep> {
    yield { differences: all, upTo: wholeRange.to };
  }
  const { listed, end } = await collectPage(compareAtOnce(), 1000, new Budget(systemClock, 60_000));
  const differences = listed.map(({ key }) => `{"Change":"ADDED","Key":{${key.toString()}}}`);
  const body = `{"Differences":[${differences.join(',')}]}`;
  expect(JSON.stringify({ statusCode: 200, body }).length).toBeLessThan(maxAnswerBytes);
  expect(listed.length).toBeGreaterThan(100);
  expect(end).toBe(BigInt(listed.length));
});
