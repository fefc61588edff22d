import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRecord } from '../../../lambda/model/records.ts';
import { abortRestore } from '../../../lambda/restore/abort-restore.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';
import { nameExecution, createRestoreJob, type RestoreJob } from '../../../lambda/jobs/job.ts';
import { runStep } from '../../../lambda/handlers/compose/run-step.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable, recordOf } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { newTargetName } from '../../support/restore/imports.ts';

const database = useDatabase();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness(database);
});
afterAll(() => harness.close());

/** Requests a restore whose execution does not start. */
async function requestRestore(): Promise<RestoreRecord> {
  const { backup } = await backUp(database, harness, await createFilledTable(database, 1));
  const stopped = harness.restart();
  stopped.executions.stop();
  const key = { table: backup.table.name, id: backup.id };
  return recordOf(await stopped.operations.restoreTable({ backup: key, target: newTargetName() }));
}

function createJob({ id, target }: RestoreRecord, attempt: number): RestoreJob {
  return createRestoreJob(target, id, nameExecution(id, attempt));
}

async function failStep(job: RestoreJob, error: Error): Promise<void> {
  const step = () => Promise.reject(error);
  await expect(runStep(harness.services, 'restore-write', step, { job })).rejects.toBe(error);
}

async function abortAndReadReason(job: RestoreJob): Promise<string | undefined> {
  await abortRestore(harness.services, { job, failure: { Error: 'it was given up' } });
  return (await harness.services.catalog.restores.get(job.table))?.reason;
}

const refusedError = () => new TidemarkError('WritesRefused', 'no capacity');
const lostError = () => new TidemarkError('TurnLost', 'another execution has it');

describe('the reason of a failed restore', () => {
  it('is the failure that its execution recorded', async () => {
    const job = createJob(await requestRestore(), 1);
    await failStep(job, refusedError());
    expect(await abortAndReadReason(job)).toBe('WritesRefused: no capacity');
  });

  it('is not the failure that an earlier execution recorded', async () => {
    const restore = await requestRestore();
    await failStep(createJob(restore, 1), refusedError());
    await harness.services.catalog.restores.restart(restore);
    expect(await abortAndReadReason(createJob(restore, 2))).toBe('the workflow failed: it was given up');
  });

  it('is never TurnLost, which only means that another execution owns the restore', async () => {
    const job = createJob(await requestRestore(), 1);
    await failStep(job, refusedError());
    await failStep(job, lostError());
    expect(await abortAndReadReason(job)).toBe('WritesRefused: no capacity');
  });
});
