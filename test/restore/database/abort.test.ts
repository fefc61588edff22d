import {
  DeleteTableCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { explainRestore } from '../../../lambda/model/restore-outcome.ts';
import { Restores } from '../../../lambda/catalog/restores.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { backUp, type TakenBackup } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { expectNothingHeld, createFilledTable, shape, tableExists } from '../../support/fixture.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { readTableContent, createTable } from '../../support/tables.ts';
import {
  enforceRights,
  intercept,
  newTargetName,
  protectSources,
  serviceError,
} from '../../support/restore/imports.ts';
import { describeTable } from '../../support/restore/rich-table.ts';
import type { KeptSetting } from '../../../lambda/model/restore-overrides.ts';

type Around = NonNullable<HarnessOptions['around']>;

const database = useDatabase();
let harness: Harness;
let target: string;
beforeEach(async () => {
  harness = await startHarness(database);
  target = newTargetName();
  enforceRights(database);
});
afterEach(() => harness.close());

async function listTags(arn: string | undefined): Promise<unknown[]> {
  const { Tags = [] } = await database.dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: arn }));
  return Tags;
}

/** Backs up a new table and restores it with `around`, until no execution runs. */
async function restoreUnder(around: Around, keep: KeptSetting[] = []): Promise<TakenBackup> {
  const made = await backUp(database, harness, await createFilledTable(database, 5));
  const under = harness.restart({ around });
  const { id, table } = made.backup;
  await under.operations.restoreTable({ backup: { table: table.name, id }, target, overrides: { keep } });
  await under.executions.idle();
  return made;
}

async function readRecord(): Promise<RestoreRecord> {
  const found = await harness.services.catalog.restores.get(target);
  if (found === undefined) throw new Error('no such restore');
  return found;
}

/** Uses up the restore's attempts, so that the reconciler gives it up. */
async function reconcileWithoutAttempts(): Promise<void> {
  const { catalog } = harness.services;
  for (let attempt = (await readRecord()).attempts; attempt < 5; attempt++)
    await catalog.restores.restart(await readRecord());
  for (let pass = 0; pass < 3; pass++) await reconcile(harness.services);
}

describe('a restore that is aborted when its table is settled', () => {
  const crashes = {
    'before it is marked as finished': { command: 'TagResourceCommand', isSent: false, keep: [] },
    'after it is marked as finished': { command: 'TagResourceCommand', isSent: true, keep: [] },
    'after it is protected from deletion': {
      command: 'UpdateTableCommand',
      isSent: true,
      keep: ['deletionProtection'],
    },
  } as const;

  it.each(Object.entries(crashes))(
    'ends as RESTORED by its own execution after a crash %s',
    async (_, { command, isSent, keep }) => {
      protectSources(database);
      let isFinishing = false;
      let died = 0;
      intercept(database, command, async (send) => {
        if (!isFinishing) return send();
        if (isSent) await send();
        died++;
        throw new Error('no more');
      });
      const { backup, content } = await restoreUnder(
        async (handler, _input, run) => {
          isFinishing = handler === 'restore-finish';
          if (isFinishing && died > 0) throw new Error('no more');
          return run();
        },
        [...keep],
      );
      expect(died).toBe(1);
      await expectRestored(content, backup.table.name, keep.length > 0);
    },
  );

  it.each(Object.entries(crashes))(
    'ends as RESTORED by the reconciler after a crash %s',
    async (_, { command, isSent, keep }) => {
      protectSources(database);
      let stop = () => {};
      let dead = false;
      intercept(database, command, async (send) => {
        if (dead) return send();
        if (isSent) await send();
        dead = true;
        stop();
        throw new Error('killed');
      });
      const made = await backUp(database, harness, await createFilledTable(database, 5));
      const dying = harness.restart({
        around: (_handler, _input, run) => (dead ? Promise.reject(new Error('killed')) : run()),
      });
      stop = () => dying.executions.stop();
      const { id, table } = made.backup;
      await dying.operations.restoreTable({
        backup: { table: table.name, id },
        target,
        overrides: { keep: [...keep] },
      });
      await dying.executions.idle();
      expect([dead, (await readRecord()).status]).toEqual([true, 'RESTORING']);
      await reconcileWithoutAttempts();
      await expectRestored(made.content, table.name, keep.length > 0);
    },
  );
});

async function expectRestored(
  content: Map<string, string>,
  source: string,
  isProtected: boolean,
): Promise<void> {
  const restore = await readRecord();
  expect(restore).toMatchObject({ status: 'RESTORED', targetFate: { kind: 'complete' } });
  expect(explainRestore(restore)).toBeUndefined();
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  const table = await describeTable(database, target);
  expect(table.DeletionProtectionEnabled ?? false).toBe(isProtected);
  expect(await listTags(table.TableArn)).toEqual([{ Key: 'tidemark:restore', Value: 'finished' }]);
  expect(await harness.services.catalog.restores.listRunning()).toEqual([]);
  await expectNothingHeld(harness, source);
}

it('a settled restore whose table Tidemark may not tag is RESTORED, and its record says so', async () => {
  intercept(database, 'TagResourceCommand', () => Promise.reject(serviceError('AccessDeniedException')));
  const { content } = await restoreUnder((_handler, _input, run) => run());
  expect(await readRecord()).toMatchObject({ status: 'RESTORING', settled: true });
  await reconcileWithoutAttempts();
  const restore = await readRecord();
  expect(restore).toMatchObject({
    status: 'RESTORED',
    targetFate: { kind: 'complete', lacks: 'finishedTag' },
  });
  expect(explainRestore(restore)).toBe(
    `table ${target} is complete, but it could not be tagged as finished. ` +
      'Remove the tag tidemark:restore yourself.',
  );
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
});

describe('a twin of the last step that runs during the abort', () => {
  /** Restores up to the last step, which fails; passes that step's twin to `duringAbort` when the abort begins. */
  async function abortDuringTwin(duringAbort: (twin: () => Promise<unknown>) => void): Promise<TakenBackup> {
    let twin: (() => Promise<object>) | undefined;
    return restoreUnder((handler, _input, run) => {
      if (handler === 'restore-finish') {
        twin ??= run;
        return Promise.reject(new Error('timed out'));
      }
      if (handler === 'restore-abort' && twin !== undefined) {
        duringAbort(twin);
        twin = undefined;
      }
      return run();
    });
  }

  it('cannot settle an abandoned restore, whose table is removed', async () => {
    const { restores } = harness.services.catalog;
    const refused: unknown[] = [];
    const { backup } = await abortDuringTwin((twin) => {
      vi.spyOn(Restores.prototype, 'abandon').mockImplementationOnce(async (restore, reason) => {
        const abandoned = await restores.abandon(restore, reason);
        await twin().catch((error: unknown) => refused.push(error));
        return abandoned;
      });
    });
    expect(refused).toMatchObject([{ code: 'TurnLost' }]);
    expect((await readRecord()).status).toBe('FAILED');
    expect(await tableExists(database, target)).toBe(false);
    await expectNothingHeld(harness, backup.table.name);
  });

  it('keeps the table that it settles after the abort has read the record', async () => {
    const { restores } = harness.services.catalog;
    const { backup, content } = await abortDuringTwin((twin) => {
      vi.spyOn(Restores.prototype, 'abandon').mockImplementationOnce(async (restore, reason) => {
        await twin();
        return restores.abandon(restore, reason);
      });
    });
    await expectRestored(content, backup.table.name, false);
  });

  it('does not delay it: a settled table without its deletion protection is kept, and the record says so', async () => {
    protectSources(database);
    intercept(database, 'UpdateTableCommand', () => Promise.reject(serviceError('InternalServerError')));
    const { content } = await restoreUnder((_handler, _input, run) => run(), ['deletionProtection']);
    const restore = await readRecord();
    expect(restore).toMatchObject({
      status: 'RESTORED',
      targetFate: { kind: 'complete', lacks: 'deletionProtection' },
    });
    expect(explainRestore(restore)).toContain('deletion protection could not be switched on');
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  });
});

describe('a restore that is aborted before its table is settled', () => {
  const failing: Around = (handler, _input, run) =>
    handler === 'restore-finish' ? Promise.reject(new Error('no more')) : run();

  it('ends as FAILED without its table', async () => {
    await restoreUnder(failing);
    expect(await readRecord()).toMatchObject({ status: 'FAILED', targetFate: { kind: 'absent' } });
    expect(await tableExists(database, target)).toBe(false);
  });

  it('ends as FAILED without the table that a late twin made in place of a deleted one', async () => {
    const twins: (() => Promise<object>)[] = [];
    const refused: unknown[] = [];
    await restoreUnder(async (handler, _input, run) => {
      if (handler === 'restore-create-table') twins.push(run);
      if (handler !== 'restore-write') return run();
      if (refused.length === 0) {
        await database.client().send(new DeleteTableCommand({ TableName: target }));
        await twins[0]?.().catch((error: unknown) => refused.push(error));
      }
      throw new Error('no more');
    });
    expect(refused).toMatchObject([{ code: 'TargetTableLost' }]);
    expect((await readRecord()).status).toBe('FAILED');
    expect(await tableExists(database, target)).toBe(false);
  });

  it.each([
    ['tagRemoved', 'it no longer has the tag tidemark:restore', removeTag],
    ['protected', 'it is protected from deletion', protectTable],
  ])(
    'keeps a table that its owner protected from deletion, and records why: %s',
    async (why, text, guardTable) => {
      const { backup } = await restoreUnder(async (handler, input, run) => {
        if (handler === 'restore-indexes') await guardTable();
        return failing(handler, input, run);
      });
      const restore = await readRecord();
      expect(restore).toMatchObject({ status: 'FAILED', targetFate: { kind: 'kept', why } });
      expect(explainRestore(restore)).toContain(`table ${target} was kept: ${text}`);
      expect(await tableExists(database, target)).toBe(true);
      await expectNothingHeld(harness, backup.table.name);
      // Its owner may back it up; that backup records that the content may be incomplete.
      const later = harness.restart({ config: { missingStream: 'enable' } });
      const { id } = await later.operations.createBackup({ table: target, name: 'of-a-part' });
      await later.executions.idle();
      const { why: reasons = [] } = await harness.operations.describeBackup({ table: target, id });
      expect(reasons[0]).toBe(
        `restore ${restore.id} of ${backup.arn} into this table failed and its table was kept: ` +
          'it may lack items of that backup',
      );
    },
  );

  it('records no doubt about a different table of the same name', async () => {
    await restoreUnder(async (handler, input, run) => {
      if (handler === 'restore-indexes') await removeTag();
      return failing(handler, input, run);
    });
    expect(await readRecord()).toMatchObject({ status: 'FAILED', targetFate: { kind: 'kept' } });
    await database.client().send(new DeleteTableCommand({ TableName: target }));
    await createTable(database.dynamodb, target, shape);
    const { id } = await harness.operations.createBackup({ table: target, name: 'whole' });
    await harness.executions.idle();
    const { why = [] } = await harness.operations.describeBackup({ table: target, id });
    expect(why.join()).not.toContain('may lack items');
  });

  it('keeps a table that Tidemark may not delete once its attempts are used up, with advice for the owner', async () => {
    intercept(database, 'DeleteTableCommand', () => Promise.reject(serviceError('AccessDeniedException')));
    const { backup } = await restoreUnder(failing);
    expect(await readRecord()).toMatchObject({
      status: 'RESTORING',
      abandoned: 'the workflow failed: Error',
    });
    await reconcileWithoutAttempts();
    const restore = await readRecord();
    expect(restore).toMatchObject({ status: 'FAILED', targetFate: { kind: 'kept', why: 'denied' } });
    expect(explainRestore(restore)).toMatch(
      new RegExp(`table ${target} was kept: .*not allowed.*AccessDenied.*Delete it yourself`),
    );
    await expectNothingHeld(harness, backup.table.name);
  });

  it('ends as FAILED even if the recorded reason can no longer be read from the store', async () => {
    const broken = harness.restart({
      around: (handler, _input, run) =>
        handler === 'restore-indexes' ? Promise.reject(new Error('no more')) : run(),
      store: (store) => ({
        ...store,
        get: (key, ...more) =>
          key.includes('failure') ? Promise.reject(new Error('no such key')) : store.get(key, ...more),
      }),
    });
    const { backup } = await backUp(database, harness, await createFilledTable(database, 5));
    await broken.operations.restoreTable({ backup: { table: backup.table.name, id: backup.id }, target });
    await broken.executions.idle();
    expect(await readRecord()).toMatchObject({ status: 'FAILED', reason: 'the workflow failed: Error' });
    expect(await tableExists(database, target)).toBe(false);
  });

  async function removeTag(): Promise<void> {
    const { TableArn } = await describeTable(database, target);
    await database.dynamodb.send(
      new UntagResourceCommand({ ResourceArn: TableArn, TagKeys: ['tidemark:restore'] }),
    );
  }

  async function protectTable(): Promise<void> {
    await database.dynamodb.send(
      new UpdateTableCommand({ TableName: target, DeletionProtectionEnabled: true }),
    );
  }
});

describe('a table that CreateTable makes after its restore has failed', () => {
  /** Fails a restore whose CreateTable call is delayed; `make` sends that call. */
  async function failBeforeTableIsMade(): Promise<{ make: () => Promise<unknown> }> {
    const gate = Promise.withResolvers<void>();
    intercept(database, 'CreateTableCommand', async (send, input) => {
      if ((input as { Tags?: object }).Tags !== undefined) await gate.promise;
      return send();
    });
    let late: Promise<unknown> | undefined;
    await restoreUnder((handler, _input, run) => {
      if (handler !== 'restore-create-table') return run();
      late ??= run();
      return Promise.reject(new Error('timed out'));
    });
    expect((await readRecord()).status).toBe('FAILED');
    return {
      make: () => {
        gate.resolve();
        return Promise.resolve(late);
      },
    };
  }

  async function reconcileIn(minutes: number): Promise<void> {
    const { clock } = harness.services;
    await reconcile({
      ...harness.services,
      clock: { now: () => clock.now() + minutes * 60_000, sleep: (ms) => clock.sleep(ms) },
    });
  }

  const listFailed = async () =>
    harness.services.catalog.restores.listFailed(harness.services.clock.now() + 1);

  it('is removed by the reconciler 20 minutes after the end of the restore', async () => {
    const { make } = await failBeforeTableIsMade();
    await expect(make()).rejects.toMatchObject({ code: 'TargetTableLost' });
    expect(await readRecord()).not.toHaveProperty('targetTableId');
    await reconcileIn(10);
    expect(await tableExists(database, target)).toBe(true);
    await reconcileIn(21);
    expect(await tableExists(database, target)).toBe(false);
    await reconcileIn(21);
    expect(await listFailed()).toEqual([]);
    expect((await readRecord()).status).toBe('FAILED');
  });

  it('is recognized by its tag: a table of that name with another restore’s tag is kept', async () => {
    await failBeforeTableIsMade();
    await createTable(database.dynamodb, target, { hash: 'S', range: undefined });
    const { TableArn } = await describeTable(database, target);
    const Tags = [{ Key: 'tidemark:restore', Value: 'another' }];
    await database.dynamodb.send(new TagResourceCommand({ ResourceArn: TableArn, Tags }));
    expect(await listFailed()).toHaveLength(1);
    await reconcileIn(21);
    expect(await tableExists(database, target)).toBe(true);
    expect(await listFailed()).toEqual([]);
  });
});
