import { describe, expect, it } from 'vitest';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { backUp, type TakenBackup } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld, createFilledTable, tableExists } from '../../support/fixture.ts';
import type { Harness } from '../../support/harness.ts';
import { startImportHarness, intercept, newTargetName, serviceError } from '../../support/restore/imports.ts';

const database = useDatabase();

interface Abandoned {
  readonly harness: Harness;
  readonly target: string;
  readonly made: TakenBackup;
  /** Allows Tidemark to tag tables. */
  readonly allow: () => void;
  /** Runs the reconciler and the executions that it starts. Returns the restore's record. */
  readonly reconcilePasses: (passes: number) => Promise<RestoreRecord | undefined>;
}

/** Abandons a restore whose import has ended, but whose table no step could tag. */
async function abandonUntagged(): Promise<Abandoned> {
  let calls = 0;
  let isAllowed = false;
  const harness = await startImportHarness(database, {
    around: async (handler, _input, run) => {
      if (handler === 'restore-import' && ++calls > 1) throw new Error('the key is disabled');
      return run();
    },
  });
  intercept(database, 'TagResourceCommand', (send) =>
    isAllowed ? send() : Promise.reject(serviceError('AccessDeniedException')),
  );
  const made = await backUp(database, harness, await createFilledTable(database));
  const target = newTargetName();
  const { table, id } = made.backup;
  await harness.operations.restoreTable({ backup: { table: table.name, id }, target });
  await harness.executions.idle();
  const record = () => harness.services.catalog.restores.get(target);
  expect(await record()).toMatchObject({ status: 'RESTORING', abandoned: 'the workflow failed: Error' });
  return {
    harness,
    target,
    made,
    allow: () => {
      isAllowed = true;
    },
    reconcilePasses: async (passes) => {
      for (let pass = 0; pass < passes; pass++) {
        await reconcile(harness.services);
        await harness.executions.idle();
      }
      return record();
    },
  };
}

describe('a restore by import that is abandoned before its table is tagged', () => {
  it('stays abandoned: the next attempt removes the table even though every step succeeds again', async () => {
    const { harness, target, made, allow, reconcilePasses } = await abandonUntagged();
    allow();
    const { status, reason, attempts } = (await reconcilePasses(1)) ?? {};
    expect([status, reason, attempts]).toEqual(['FAILED', 'the workflow failed: Error', 2]);
    expect(await tableExists(database, target)).toBe(false);
    await expectNothingHeld(harness, made.backup.table.name);
  });

  it('ends when its attempts are used up, and its record says that the table was kept and never tagged', async () => {
    const { harness, target, made, reconcilePasses } = await abandonUntagged();
    expect(await reconcilePasses(4)).toMatchObject({ status: 'RESTORING', attempts: 5 });
    expect(await reconcilePasses(1)).toMatchObject({
      status: 'FAILED',
      reason: 'the workflow failed: Error',
      targetFate: { kind: 'kept', why: 'neverTagged' },
    });
    expect(await tableExists(database, target)).toBe(true);
    expect(await harness.services.catalog.restores.listRunning()).toEqual([]);
    await expectNothingHeld(harness, made.backup.table.name);
  });
});
