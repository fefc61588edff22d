import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';
import { namePart, openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import { fileNames, type RangeResult, readCurrentRestore } from '../../../lambda/restore/current-restore.ts';
import { WriteGuard } from '../../../lambda/restore/write-guard.ts';
import { writeRange } from '../../../lambda/restore/write-range.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { intercept } from '../../support/restore/imports.ts';
import { beginRestore, replaceTarget } from '../../support/restore/step-by-step.ts';
import { VirtualTime } from '../../support/restore/virtual-time.ts';
import { backUp, type TakenBackup } from '../../support/retention/support.ts';
import { replaceManifest } from '../../support/snapshot/replace-manifest.ts';
import { readTableContent } from '../../support/tables.ts';

const database = useDatabase();
let harness: Harness;
let made: TakenBackup;

beforeAll(async () => {
  harness = await startHarness(database);
  made = await backUp(database, harness, await createFilledTable(database, 120));
});
afterAll(() => harness.close());

const resultName = (part: number) => namePart(fileNames.range('writes', 0), part);
const readResult = (job: RestoreJob, part: number) =>
  openRestoreStaging(harness.services, job).read<RangeResult>(resultName(part));

/** The services of an invocation whose time is used up after its first request. */
function hurriedServices() {
  return { ...harness.services, config: { ...harness.services.config, timeBudgetMs: 1 } };
}

/** Counts the items in requests that write. */
function countItems(): () => number {
  let items = 0;
  intercept(database, 'BatchWriteItemCommand', (send, input) => {
    const { RequestItems } = input as { RequestItems: Record<string, unknown[]> };
    items += Object.values(RequestItems).flat().length;
    return send();
  });
  return () => items;
}

it('a range that is written in several invocations sends each item once', async () => {
  const job = await beginRestore(harness, made.backup);
  const sent = countItems();
  let invocations = 0;
  for (let part = 0, status = 'more'; status === 'more'; invocations++) {
    ({ part, status } = await writeRange(hurriedServices(), { job, task: 0, part }));
  }
  expect(invocations).toBeGreaterThan(1);
  expect(sent()).toBe(made.content.size);
  expect(await readTableContent(database.dynamodb, job.table)).toEqual(made.content);
});

it('a repeated invocation continues after the published parts, and sends none of their items', async () => {
  const job = await beginRestore(harness, made.backup);
  const first = await writeRange(hurriedServices(), { job, task: 0, part: 0 });
  expect(first).toMatchObject({ status: 'more', part: 1 });
  const sent = countItems();
  // The first invocation's answer was lost, so the machine calls it again for the same part.
  expect(await writeRange(harness.services, { job, task: 0, part: 0 })).toMatchObject({
    status: 'done',
    part: 2,
  });
  expect(sent()).toBe(made.content.size - (await readResult(job, 0)).items);
  expect(await writeRange(harness.services, { job, task: 0, part: 0 })).toMatchObject({
    status: 'done',
    part: 2,
  });
  expect(await readTableContent(database.dynamodb, job.table)).toEqual(made.content);
});

it('an invocation ends if its twin was first to publish a part, and the next one continues after the twin’s part', async () => {
  const job = await beginRestore(harness, made.backup);
  const staging = openRestoreStaging(harness.services, job);
  let isFirst = true;
  intercept(database, 'BatchWriteItemCommand', async (send) => {
    if (isFirst) {
      isFirst = false;
      const twins: RangeResult = { done: false, items: 0, digest: '0', next: '0'.repeat(16), ahead: [] };
      await staging.publishOnce(resultName(0), () => Promise.resolve(twins));
    }
    return send();
  });
  expect(await writeRange(harness.services, { job, task: 0, part: 0 })).toMatchObject({
    status: 'more',
    part: 1,
  });
  expect(await writeRange(harness.services, { job, task: 0, part: 1 })).toMatchObject({
    status: 'done',
    part: 2,
  });
  expect((await readResult(job, 1)).items).toBe(made.content.size);
});

it('a check that a restore may write is valid for its time, and no longer', async () => {
  const job = await beginRestore(harness, made.backup);
  let checks = 0;
  intercept(database, 'DescribeTableCommand', (send) => {
    checks++;
    return send();
  });
  const clock = new VirtualTime();
  const services = { ...harness.services, clock, config: { ...harness.services.config, writeGuardMs: 1000 } };
  const guard = new WriteGuard(services, job, await readCurrentRestore(services, job));
  const seen: number[] = [];
  for (let i = 0; i < 3; i++) {
    await Promise.all([guard.check(), guard.check()]);
    seen.push(checks);
    await clock.run(clock.sleep(500));
  }
  expect(seen).toEqual([1, 1, 2]);
});

it.each([
  ['settled', { settled: true }],
  ['abandoned', undefined],
] as const)('a restore that is %s may no longer write', async (_, note) => {
  const job = await beginRestore(harness, made.backup);
  const current = await readCurrentRestore(harness.services, job);
  const { restores } = harness.services.catalog;
  const guard = new WriteGuard(harness.services, job, current);
  await guard.check();
  await (note === undefined
    ? restores.abandon(current.restore, 'no longer wanted')
    : restores.note(current.restore, note));
  await expect(guard.check()).rejects.toMatchObject({ code: 'TurnLost' });
});

it('a step that writes a range writes nothing if another table has taken its table’s name', async () => {
  const job = await beginRestore(harness, made.backup);
  await replaceTarget(database, job);
  await expect(writeRange(harness.services, { job, task: 0, part: 0 })).rejects.toMatchObject({
    code: 'TargetTableLost',
  });
  expect((await readTableContent(database.dynamodb, job.table)).size).toBe(0);
});

it('a step that writes a range writes nothing if the restore’s plan names another manifest', async () => {
  const { backup } = await backUp(database, harness, await createFilledTable(database, 5));
  const job = await beginRestore(harness, backup);
  await replaceManifest(harness.store, backup);
  await expect(writeRange(harness.services, { job, task: 0, part: 0 })).rejects.toMatchObject({
    code: 'SnapshotCorrupt',
  });
  expect((await readTableContent(database.dynamodb, job.table)).size).toBe(0);
});
