import {
  DeleteTableCommand,
  DescribeTableCommand,
  TagResourceCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { createRestoreTag } from '../../../lambda/restore/restore-tag.ts';
import { explainRestore } from '../../../lambda/model/restore-outcome.ts';
import { reconcile } from '../../../lambda/reconcile/reconcile.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, tableExists } from '../../support/fixture.ts';
import type { Harness, HarnessOptions } from '../../support/harness.ts';
import { readTableContent, createTable } from '../../support/tables.ts';
import {
  startImportHarness,
  intercept,
  newTargetName,
  restoreAndWait,
  serviceError,
} from '../../support/restore/imports.ts';

const database = useDatabase();

const minuteMs = 60_000;

/** Runs the reconciler as if this many minutes had passed. */
function reconcileIn({ services }: Harness, minutes: number): Promise<{ readonly troubles: number }> {
  const { clock } = services;
  return reconcile({ ...services, clock: { ...clock, now: () => clock.now() + minutes * minuteMs } });
}

async function readRecord({ services }: Harness, target: string): Promise<RestoreRecord> {
  const record = await services.catalog.restores.get(target);
  if (record === undefined) throw new Error('no such restore');
  return record;
}

const listFailed = ({ services }: Harness) => services.catalog.restores.listFailed(Number.MAX_SAFE_INTEGER);

describe('the table of an import that started after its restore had failed', () => {
  interface Late {
    readonly harness: Harness;
    readonly target: string;
    readonly record: () => Promise<RestoreRecord>;
    /** Starts the delayed import, and waits for its end. */
    readonly begin: () => Promise<void>;
  }

  async function failBeforeImport(): Promise<Late> {
    const gate = Promise.withResolvers<void>();
    let twin: Promise<unknown> | undefined;
    const harness = await startImportHarness(database, {
      around: (handler, _input, run) => {
        if (handler !== 'restore-import') return run();
        twin ??= run();
        return Promise.reject(new Error('timed out'));
      },
    });
    const done: unknown[] = [];
    intercept(database, 'ImportTableCommand', async (send) => {
      await gate.promise;
      const answer = await send();
      done.push(answer);
      return answer;
    });
    const { backup } = await backUp(database, harness, await createFilledTable(database));
    const target = newTargetName();
    expect((await restoreAndWait(harness, backup, target)).status).toBe('FAILED');
    return {
      harness,
      target,
      record: () => readRecord(harness, target),
      begin: async () => {
        gate.resolve();
        await expect(twin).rejects.toMatchObject({ code: 'TurnLost' });
        expect(done).toHaveLength(1);
        await expect.poll(() => tableExists(database, target)).toBe(true);
      },
    };
  }

  it('is kept if Tidemark may not delete it: the record says so, and the reconciler does not check it again', async () => {
    const { harness, target, record, begin } = await failBeforeImport();
    await begin();
    for (let pass = 0; pass < 2; pass++) await reconcileIn(harness, 21);
    expect(await tableExists(database, target)).toBe(true);
    expect(await listFailed(harness)).toEqual([]);
    const restore = await record();
    expect(restore).toMatchObject({ status: 'FAILED', targetFate: { kind: 'kept', why: 'neverTagged' } });
    expect(explainRestore(restore)).toBe(
      `the workflow failed: Error; table ${target} was kept: it was never tagged, so Tidemark may not delete it. ` +
        'Delete it yourself if you do not need it.',
    );
  });

  it('is recorded as unseen if Tidemark may not describe it, and the reconciler reports no trouble', async () => {
    const { harness, target, record, begin } = await failBeforeImport();
    await begin();
    intercept(database, 'DescribeTableCommand', async (send, input) => {
      if ('TableName' in input && input.TableName === target) throw serviceError('AccessDeniedException');
      return send();
    });
    expect(await reconcileIn(harness, 21)).toEqual({ troubles: 0 });
    expect(await listFailed(harness)).toEqual([]);
    const restore = await record();
    expect(restore.targetFate).toMatchObject({ kind: 'unseen' });
    expect(explainRestore(restore)).toContain(`not allowed to check whether table ${target} exists`);
  });

  it('is removed if Tidemark may delete it', async () => {
    const { harness, target, record, begin } = await failBeforeImport();
    await begin();
    const { Table } = await database.dynamodb.send(new DescribeTableCommand({ TableName: target }));
    const Tags = [{ Key: 'any', Value: 'tag' }];
    await database.dynamodb.send(new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags }));
    await reconcileIn(harness, 21);
    await expect.poll(() => tableExists(database, target)).toBe(false);
    expect(explainRestore(await record())).toBe('the workflow failed: Error');
    await reconcileIn(harness, 21);
    expect(await listFailed(harness)).toEqual([]);
  });

  it('is recognized by its TableId: another table of that name is kept', async () => {
    const { harness, target, record, begin } = await failBeforeImport();
    await begin();
    await database.client().send(new DeleteTableCommand({ TableName: target }));
    await createTable(database.client(), target, { hash: 'S', range: undefined });
    await reconcileIn(harness, 21);
    expect(await tableExists(database, target)).toBe(true);
    expect(explainRestore(await record())).toBe('the workflow failed: Error');
    expect(await listFailed(harness)).toEqual([]);
  });
});

describe('the decision to remove the table of a failed restore', () => {
  /** Ends a restore as FAILED with this record, and makes a table with its tag. */
  async function failWith(endOf: (target: string) => Pick<RestoreRecord, 'reason' | 'targetFate'>) {
    const harness = await startImportHarness(database, { config: { restoreBy: 'writes' } });
    const { backup } = await backUp(database, harness, await createFilledTable(database, 1));
    const stopped = harness.restart();
    stopped.executions.stop();
    const target = newTargetName();
    const key = { table: backup.table.name, id: backup.id };
    await stopped.operations.restoreTable({ backup: key, target });
    await createTable(database.client(), target, { hash: 'S', range: undefined });
    const { Table } = await database.dynamodb.send(new DescribeTableCommand({ TableName: target }));
    const restore = await readRecord(harness, target);
    const Tags = [await createRestoreTag(harness.services, Table?.TableArn, restore)];
    await database.dynamodb.send(new TagResourceCommand({ ResourceArn: Table?.TableArn, Tags }));
    await harness.services.catalog.restores.end(restore, 'FAILED', endOf(target));
    return { harness, target };
  }

  const kept = { kind: 'kept', why: 'protected' } as const;

  it('follows the fate on the record, even if the reason says that the table was kept', async () => {
    const { harness, target } = await failWith((table) => ({
      reason: explainRestore({ target: table, targetFate: kept }) ?? '',
      targetFate: { kind: 'absent' },
    }));
    expect((await readRecord(harness, target)).reason).toContain(`table ${target} was kept`);
    await reconcileIn(harness, 21);
    await expect.poll(() => tableExists(database, target)).toBe(false);
  });

  it('follows the fate on the record, even if the reason does not mention a table', async () => {
    const { harness, target } = await failWith(() => ({ reason: 'Error', targetFate: kept }));
    await reconcileIn(harness, 21);
    expect(await tableExists(database, target)).toBe(true);
    expect(await listFailed(harness)).toEqual([]);
    expect((await readRecord(harness, target)).targetFate).toEqual(kept);
  });
});

it('a table that the record reports as kept is never removed, even if Tidemark may delete it later', async () => {
  const target = newTargetName();
  const protect = (DeletionProtectionEnabled: boolean) =>
    database.dynamodb.send(new UpdateTableCommand({ TableName: target, DeletionProtectionEnabled }));
  const harness = await startImportHarness(database, {
    config: { restoreBy: 'writes' },
    around: async (handler, _input, run) => {
      if (handler !== 'restore-finish') return run();
      await protect(true);
      throw new Error('no more');
    },
  });
  const { backup, content } = await backUp(database, harness, await createFilledTable(database));
  const record = await restoreAndWait(harness, backup, target);
  expect(record).toMatchObject({ status: 'FAILED', targetFate: { kind: 'kept', why: 'protected' } });
  await protect(false);
  await reconcileIn(harness, 21);
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  expect(await listFailed(harness)).toEqual([]);
});

describe('a table that DescribeTable does not show yet when its import ends', () => {
  /** Hides the table from the first `times` calls of DescribeTable; a minute passes at each call. */
  async function restoreWithHiddenTable(times: number, around?: HarnessOptions['around']) {
    const target = newTargetName();
    const config = { importShownMs: 5 * minuteMs };
    const harness = await startImportHarness(database, { config, ...(around && { around }) });
    let hasEnded = false;
    let hidden = 0;
    intercept(database, 'DescribeImportCommand', async (send) => {
      const answer = await send();
      hasEnded ||= JSON.stringify(answer.output).includes('COMPLETED');
      return answer;
    });
    intercept(database, 'DescribeTableCommand', async (send, input) => {
      if (!hasEnded || (input as { TableName: string }).TableName !== target) return send();
      database.clock.advance(minuteMs);
      if (hidden === times) return send();
      hidden++;
      throw serviceError('ResourceNotFoundException');
    });
    const { backup, content } = await backUp(database, harness, await createFilledTable(database));
    const record = await restoreAndWait(harness, backup, target);
    return { harness, target, content, record, hidden, show: () => (times = hidden) };
  }

  it('is awaited by the restore', async () => {
    const { target, content, record, hidden } = await restoreWithHiddenTable(3);
    expect([record.status, record.reason, hidden]).toEqual(['RESTORED', undefined, 3]);
    expect(await readTableContent(database.dynamodb, target)).toEqual(content);
  });

  it('is awaited and removed by an abort', async () => {
    const { target, record, hidden } = await restoreWithHiddenTable(3, async (handler, _input, run) => {
      if (handler !== 'restore-import') return run();
      await run();
      throw new Error('no more');
    });
    expect([record.status, record.reason, hidden]).toEqual(['FAILED', 'the workflow failed: Error', 3]);
    expect(await tableExists(database, target)).toBe(false);
  });

  it('makes the restore fail after five minutes, and is found by the later check', async () => {
    const { harness, target, record, show } = await restoreWithHiddenTable(Infinity);
    expect(record).toMatchObject({
      status: 'FAILED',
      reason: expect.stringMatching(/^TargetTableLost/) as string,
    });
    show();
    await reconcileIn(harness, 21);
    expect(explainRestore(await readRecord(harness, target))).toContain(`table ${target} was kept`);
  });
});
