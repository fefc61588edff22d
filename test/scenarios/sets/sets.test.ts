import * as fc from 'fast-check';
import { it } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { scaleRuns } from '../../support/scale.ts';
import { expectLikeModel } from '../../support/sets/expect-like-model.ts';
import { commands, SetWorld } from '../../support/sets/set-world.ts';

const database = useDatabase();

it('any sequence of set operations in two data sinks, failures and crashes leaves the sets that a naive model predicts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(commands, { minLength: 6, maxLength: 14 }), async (history) => {
      const world = await SetWorld.create(database);
      try {
        for (const command of history) await world.run(command);
        await expectLikeModel(world);
      } finally {
        await world.close();
      }
    }),
    { numRuns: scaleRuns(2), endOnFailure: true },
  );
});
