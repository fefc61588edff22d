import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCatalog } from '../../../lambda/catalog/catalog.ts';
import type { Counters } from '../../../lambda/catalog/counters.ts';
import type { Clock } from '../../../lambda/runtime/clock.ts';
import { randomIds } from '../../../lambda/runtime/ids.ts';
import { createCatalog } from '../../../local/catalog-table.ts';
import { useDatabase } from '../../support/database.ts';
import { scaleRuns } from '../../support/scale.ts';

const table = 'catalog-of-counters';

const database = useDatabase();
beforeAll(async () => {
  await createCatalog(database.dynamodb, table);
});

/** Callers that share only the catalog and the clock, like the invocations of a function. */
function createCallers(count: number): { counters: Counters[]; at: (time: number) => void } {
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async () => {} };
  return {
    counters: Array.from(
      { length: count },
      () => openCatalog(database.dynamodb, table, clock, randomIds).counters,
    ),
    at: (time) => {
      now = time;
    },
  };
}

async function countAdmitted(counters: readonly Counters[], event: string, limit: number): Promise<number> {
  const answers = await Promise.all(counters.map((counter) => counter.admit(event, limit)));
  return answers.filter(Boolean).length;
}

describe('a counter of events per second', () => {
  it.each([0, 1, 500, 999])(
    'admits exactly its limit from many callers at once, %i ms after a second of the clock began',
    async (offset) => {
      const { counters, at } = createCallers(30);
      at(1_800_000_000_000 + offset);
      expect(await countAdmitted(counters, randomUUID(), 20)).toBe(20);
    },
  );

  it('counts events within one second together, even if the clock begins a new second between them', async () => {
    const event = randomUUID();
    const { counters, at } = createCallers(10);
    at(1_800_000_000_900);
    expect(await countAdmitted(counters, event, 15)).toBe(10);
    at(1_800_000_001_100);
    expect(await countAdmitted(counters, event, 15)).toBe(5);
  });

  it('admits events again once a second has passed since the first one', async () => {
    const event = randomUUID();
    const { counters, at } = createCallers(10);
    at(1_800_000_000_000);
    expect(await countAdmitted(counters, event, 4)).toBe(4);
    at(1_800_000_000_999);
    expect(await countAdmitted(counters, event, 4)).toBe(0);
    at(1_800_000_001_000);
    expect(await countAdmitted(counters, event, 4)).toBe(4);
  });

  it('counts the events of callers together if their clocks differ by less than a second', async () => {
    const event = randomUUID();
    const { counters, at } = createCallers(10);
    at(1_800_000_000_999);
    expect(await countAdmitted(counters, event, 15)).toBe(10);
    at(1_800_000_000_000);
    expect(await countAdmitted(counters, event, 15)).toBe(5);
  });

  it.each([1000, 1001, 3_600_000])(
    'begins a new second when the clocks are put back by %i ms',
    async (back) => {
      const event = randomUUID();
      const { counters, at } = createCallers(10);
      at(1_800_000_000_000);
      expect(await countAdmitted(counters, event, 4)).toBe(4);
      at(1_800_000_000_000 - back);
      expect(await countAdmitted(counters, event, 4)).toBe(4);
      expect(await countAdmitted(counters, event, 4)).toBe(0);
    },
  );

  it('counts like a single counter whose second begins with its first event, even if several callers send the events', async () => {
    const limit = 3;
    // Most clocks go forward, some are set back.
    const pause = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 700 }) },
      { weight: 1, arbitrary: fc.integer({ min: -2500, max: -1 }) },
    );
    const pauses = fc.array(pause, { minLength: 1, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(pauses, fc.integer({ min: 1, max: 3 }), async (gaps, many) => {
        const event = randomUUID();
        const { counters, at } = createCallers(many);
        let now = 1_800_000_000_000;
        let begun = -Infinity;
        let count = 0;
        for (const [i, gap] of gaps.entries()) {
          at((now += gap));
          if (Math.abs(now - begun) >= 1000) [begun, count] = [now, 0];
          const expected = count < limit;
          if (expected) count += 1;
          expect(await counters[i % many]?.admit(event, limit)).toBe(expected);
        }
      }),
      { numRuns: scaleRuns(8) },
    );
  });

  it('counts each kind of event separately', async () => {
    const { counters, at } = createCallers(1);
    at(1_800_000_000_000);
    const one = randomUUID();
    expect(await countAdmitted(counters, one, 1)).toBe(1);
    expect(await countAdmitted(counters, one, 1)).toBe(0);
    expect(await countAdmitted(counters, randomUUID(), 1)).toBe(1);
  });
});
