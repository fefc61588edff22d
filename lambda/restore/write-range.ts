import type { Services } from '../services/services.ts';
import { keyNamesOf } from '../snapshot/format/manifest.ts';
import { readSnapshot } from '../snapshot/read/read-snapshot.ts';
import { Budget } from '../jobs/budget.ts';
import type { RestoreJob } from '../jobs/job.ts';
import type { TaskInput, TaskResult } from '../jobs/task.ts';
import { type CurrentRestore, type RangeResult, readSourceManifest } from './current-restore.ts';
import { type PartStart, runRangeParts } from './range-part.ts';
import { WriteGuard } from './write-guard.ts';
import { writeItems } from './write-items.ts';

/**
 * Writes one range of the snapshot to the table until its time is used up. A repeat continues after the last published part.
 */
export function writeRange(
  services: Services,
  input: TaskInput<RestoreJob>,
): Promise<TaskResult<RestoreJob>> {
  return runRangeParts(services, input, 'writes', (current, start) =>
    writeRangeItems(services, input.job, current, start),
  );
}

async function* writeRangeItems(
  services: Services,
  job: RestoreJob,
  current: CurrentRestore,
  { range, ahead }: PartStart,
): AsyncGenerator<RangeResult> {
  const { dynamodb, clock, config, store } = services;
  const guard = new WriteGuard(services, job, current);
  const manifest = await readSourceManifest(services, current);
  yield* writeItems({
    dynamodb,
    clock,
    table: current.restore.target,
    keyNames: keyNamesOf(manifest.description),
    budget: new Budget(clock, config.timeBudgetMs),
    check: () => guard.check(),
    items: readSnapshot(store, manifest, range, config.limits),
    ahead,
  });
}
