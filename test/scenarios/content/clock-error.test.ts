import { describe, expect, it } from 'vitest';
import { useTidemark } from '../../support/use-tidemark.ts';
import { putItems, restore } from '../../support/fixture.ts';
import { shiftClock } from '../../support/simulated-clock.ts';
import { readTableContent } from '../../support/tables.ts';

const world = useTidemark();

describe('a backup whose request’s clock differs from DynamoDB’s', () => {
  it.each([-60_000, -5000, -2200, 5000])(
    'holds every write before the request if the clock is %i ms ahead',
    async (ahead) => {
      const { database, harness, table } = world;
      await harness.operations.createBackup({ table, name: 'first' });
      await harness.executions.idle();
      // Waits so long that the first backup's marker, after which the next one must come, is far in the past.
      database.clock.advance(120_000);
      await putItems(database, table, 100, 103);

      const wrong = harness.restart({ clock: shiftClock(database.clock, ahead) });
      const { id } = await wrong.operations.createBackup({ table, name: 'second' });
      await wrong.executions.idle();
      const second = await wrong.operations.describeBackup({ table, id });
      expect(second).toMatchObject({ status: 'AVAILABLE', source: 'stream' });
      expect(await restore(database, harness, second)).toEqual(
        await readTableContent(database.dynamodb, table),
      );
      const note = second.why?.find((reason) => reason.includes('the clock of the request'));
      expect(note !== undefined).toBe(ahead === -60_000);
    },
  );
});
