import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pauseSeconds } from '../../lambda/jobs/pause.ts';

describe('the pause before a step polls again', () => {
  it('grows with the time already waited, from the minimum to five minutes', () => {
    const ages = [0, 300, 600, 3000, 100_000];
    expect(ages.map((age) => pauseSeconds(age * 1000, 30, 0))).toEqual([30, 30, 60, 300, 300]);
  });

  it('is a whole number of seconds, and longer by up to half at random', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(1000), fc.integer({ min: 1, max: 60 }), (age, chance, min) => {
        const seconds = pauseSeconds(age, min, chance / 1000);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(min);
        expect(seconds).toBeLessThanOrEqual(450);
      }),
    );
    expect([0, 1].map((chance) => pauseSeconds(0, 40, chance))).toEqual([40, 60]);
  });

  it('keeps a week of polling within an execution’s history, at ten events for each poll', () => {
    let events = 0;
    for (let age = 0; age < 7 * 86_400_000; events += 10) age += pauseSeconds(age, 30, 0) * 1000;
    expect(events).toBeLessThan(25_000);
  });
});
