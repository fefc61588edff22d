import { expect, it } from 'vitest';
import type { RestoreJob } from '../../../lambda/jobs/job.ts';
import { namePart, openRestoreStaging } from '../../../lambda/jobs/staging.ts';
import { fileNames, type RangeResult } from '../../../lambda/restore/current-restore.ts';
import { finishRestore } from '../../../lambda/restore/finish-restore.ts';
import { writeRange } from '../../../lambda/restore/write-range.ts';
import { useTidemark } from '../../support/use-tidemark.ts';
import { beginRestore, replaceTarget } from '../../support/restore/step-by-step.ts';
import { backUp } from '../../support/retention/support.ts';
import { readTableContent } from '../../support/tables.ts';

const world = useTidemark({ items: 5 });

/** Restores a new backup up to its last step. */
async function loadTable(): Promise<{ job: RestoreJob; content: Map<string, string> }> {
  const { database, harness, table } = world;
  const { backup, content } = await backUp(database, harness, table);
  const job = await beginRestore(harness, backup);
  expect(await writeRange(harness.services, { job, task: 0, part: 0 })).toMatchObject({ status: 'done' });
  return { job, content };
}

async function finish(job: RestoreJob): Promise<void> {
  for (let status = 'wait'; status === 'wait';)
    ({ status } = await finishRestore(world.harness.services, { job }));
}

it.each<[string, (result: RangeResult) => Partial<RangeResult>]>([
  ['number of items', ({ items }) => ({ items: items + 1 })],
  ['digest', ({ digest }) => ({ digest: digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })],
])(
  'a restore whose items differ from the snapshot only by their %s keeps its table and records the doubt',
  async (_, change) => {
    const { database, harness } = world;
    const { job, content } = await loadTable();
    const staging = openRestoreStaging(harness.services, job);
    const name = namePart(fileNames.range('writes', 0), 0);
    const result = await staging.read<RangeResult>(name);
    await staging.note(name, { ...result, ...change(result) });
    await finish(job);
    expect(await harness.services.catalog.restores.get(job.table)).toMatchObject({
      status: 'RESTORED',
      reason: expect.stringContaining('differs from the manifest') as string,
    });
    expect(await readTableContent(database.dynamodb, job.table)).toEqual(content);
  },
);

it('the last step of a restore does not end it if another table has taken its table’s name', async () => {
  const { database, harness } = world;
  const { job } = await loadTable();
  await replaceTarget(database, job);
  await expect(finish(job)).rejects.toMatchObject({ code: 'TargetTableLost' });
  const restore = await harness.services.catalog.restores.get(job.table);
  expect(restore).toMatchObject({ status: 'RESTORING' });
  expect(restore).not.toHaveProperty('settled');
});
