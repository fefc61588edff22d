import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RestoreRecord } from '../../lambda/model/records.ts';
import { abortRestore } from '../../lambda/restore/abort-restore.ts';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { executionName, createRestoreJob, type RestoreJob } from '../../lambda/jobs/job.ts';
import { runStep } from '../../lambda/handlers/compose/run-step.ts';
import { backUp } from '../support/retention/support.ts';
import { startDatabase, type TestDatabase } from '../support/database.ts';
import { newTable, recordOf } from '../support/fixture.ts';
import { type Harness, startHarness } from '../support/harness.ts';
import { newTargetName } from '../support/restore/imports.ts';

let database: TestDatabase;
let harness: Harness;

beforeAll(async () => {
  database = await startDatabase();
  harness = await startHarness(database);
});
afterAll(async () => {
  await harness.close();
  await database.close();
});

/** A restore that no execution goes on with. */
async function begun(): Promise<RestoreRecord> {
  const { backup } = await backUp(database, harness, await newTable(database, 1));
  const stopped = harness.restarted();
  stopped.executions.stop();
  const key = { table: backup.table.name, id: backup.id };
  return recordOf(await stopped.operations.restoreTable({ backup: key, target: newTargetName() }));
}

function jobOf({ id, target }: RestoreRecord, attempt: number): RestoreJob {
  return createRestoreJob(target, id, executionName(id, attempt));
}

async function failStep(job: RestoreJob, error: Error): Promise<void> {
  const step = () => Promise.reject(error);
  await expect(runStep(harness.services, 'restore-write', step, { job })).rejects.toBe(error);
}

async function reasonAfterAbort(job: RestoreJob): Promise<string | undefined> {
  await abortRestore(harness.services, { job, failure: { Error: 'it was given up' } });
  return (await harness.services.catalog.restores.get(job.table))?.reason;
}

const refused = () => new TidemarkError('WritesRefused', 'no capacity');
const lost = () => new TidemarkError('TurnLost', 'another execution goes on with it');

it('a restore failed for what its execution noted', async () => {
  const job = jobOf(await begun(), 1);
  await failStep(job, refused());
  expect(await reasonAfterAbort(job)).toBe('WritesRefused: no capacity');
});

it('not for what an earlier execution of it noted', async () => {
  const restore = await begun();
  await failStep(jobOf(restore, 1), refused());
  await harness.services.catalog.restores.restart(restore);
  expect(await reasonAfterAbort(jobOf(restore, 2))).toBe('the workflow failed: it was given up');
});

it('nor for having been lost', async () => {
  const job = jobOf(await begun(), 1);
  await failStep(job, refused());
  await failStep(job, lost());
  expect(await reasonAfterAbort(job)).toBe('WritesRefused: no capacity');
});
