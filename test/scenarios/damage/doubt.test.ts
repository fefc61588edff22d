import { expect, it, onTestFinished, vi } from 'vitest';
import { type Log, silentLog } from '../../../lambda/runtime/logger.ts';
import type { RangeResult } from '../../../lambda/restore/current-restore.ts';
import { openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import { backUp } from '../../support/retention/support.ts';
import { useDatabase } from '../../support/database.ts';
import { createFilledTable } from '../../support/fixture.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { readTableContent } from '../../support/tables.ts';
import { newTargetName, protectSources, restoreAndWait } from '../../support/restore/imports.ts';
import { describeTable } from '../../support/restore/rich-table.ts';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';

const database = useDatabase();

it('a restored table that differs from its snapshot’s claim is kept, and the doubt is logged once and stays on the record', async () => {
  const log = { ...silentLog, error: vi.fn<Log['error']>() };
  let finishing = 0;
  const harness: Harness = await startHarness(database, {
    log,
    // A check of the target would find that difference too.
    config: { verifyTarget: false },
    around: async (handler, input, run) => {
      if (handler === 'restore-finish' && finishing++ === 0) {
        const staging = openRestoreStaging(harness.services, (input as { job: RestoreJob }).job);
        const result = await staging.read<RangeResult>('write/0/0.json');
        await staging.note('write/0/0.json', { ...result, items: result.items + 1 });
      }
      return run();
    },
  });
  onTestFinished(() => harness.close());
  // The source is protected, so the machine calls the step again after the table is settled.
  protectSources(database);
  const { backup, content } = await backUp(database, harness, await createFilledTable(database, 5));
  const target = newTargetName();
  expect(await restoreAndWait(harness, backup, target, { keep: ['deletionProtection'] })).toMatchObject({
    status: 'RESTORED',
    reason: expect.stringContaining('differs from the manifest'),
  });
  expect(finishing).toBeGreaterThan(1);
  expect(log.error.mock.calls.map(([text]) => text)).toEqual(['restore digest differs']);
  expect((await describeTable(database, target)).DeletionProtectionEnabled).toBe(true);
  expect(await readTableContent(database.dynamodb, target)).toEqual(content);
});
