import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { play } from '../../support/retention/play.ts';
import { SweepWorlds } from '../../support/retention/sweep-world.ts';
import { scaleRuns } from '../../support/scale.ts';

let worlds: SweepWorlds;
beforeAll(async () => {
  worlds = await SweepWorlds.start();
});
afterAll(() => worlds.close());

describe('sweeps that run concurrently with backups, restores, deletions and each other', () => {
  it('delete nothing that a live snapshot needs, in any order of their calls', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), (seed) => play(worlds, seed)),
      { numRuns: scaleRuns(4), endOnFailure: true },
    );
  });
});
