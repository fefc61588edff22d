import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, putItems, shape } from '../../support/fixture.ts';
import { startHarness } from '../../support/harness.ts';
import { newTargetName } from '../../support/restore/imports.ts';
import { backUp } from '../../support/retention/support.ts';
import { readTableContent, createTable } from '../../support/tables.ts';

const database = useDatabase();

/** A store whose next read of a run waits, once `hold` was called, until `release` is. */
function createHoldingStore() {
  let isArmed = false;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: noteHeld } = Promise.withResolvers<void>();
  const wrap = (store: ObjectStore): ObjectStore => ({
    ...store,
    async getRange(key, offset, length) {
      if (isArmed) {
        isArmed = false;
        noteHeld();
        await released;
      }
      return store.getRange(key, offset, length);
    },
  });
  const arm = () => {
    isArmed = true;
  };
  return { wrap, arm, held, release };
}

/**
 * Restores a table while a twin of the step that writes it hangs before its first item. Runs `then` before the step
 * `before`, or after the restore's end. Returns the outcome of the twin after it resumes.
 */
async function restoreBesideTwin(
  target: string,
  before: 'restore-indexes' | 'end',
  then: () => Promise<void>,
) {
  const harness = await startHarness(database);
  onTestFinished(() => harness.close());
  const { backup } = await backUp(database, harness, await createFilledTable(database, 60));
  const holding = createHoldingStore();
  let twin: Promise<unknown> | undefined;
  let outcome: unknown;
  const goOn = async () => {
    await then();
    holding.release();
    outcome = await twin;
  };
  const running = harness.restart({
    store: holding.wrap,
    around: async (handler, _input, run) => {
      if (handler === 'restore-write' && twin === undefined) {
        holding.arm();
        twin = run().catch((error: unknown) => error);
        await holding.held;
      }
      if (handler === before) await goOn();
      return run();
    },
  });
  await running.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
  await running.executions.idle();
  if (before === 'end') await goOn();
  return outcome;
}

it('a step that outlives its restore does not write an old item over a newer one of the table’s owner', async () => {
  const target = newTargetName();
  let content: unknown;
  const outcome = await restoreBesideTwin(target, 'end', async () => {
    await putItems(database, target, 0, 60);
    content = await readTableContent(database.dynamodb, target);
  });
  expect(outcome).toMatchObject({ code: 'TurnLost' });
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
});

it('a step whose table was replaced writes nothing to the other table of that name', async () => {
  const target = newTargetName();
  const outcome = await restoreBesideTwin(target, 'restore-indexes', async () => {
    await database.dynamodb.send(new DeleteTableCommand({ TableName: target }));
    await createTable(database.dynamodb, target, shape);
  });
  expect(outcome).toMatchObject({ code: 'TargetTableLost' });
  expect((await readTableContent(database.dynamodb, target)).size).toBe(0);
});
