import type { RestoreWay } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { Content } from '../snapshot/format/content.ts';
import { DigestSum } from '../snapshot/format/digest.ts';
import { fromHex, type HashRange } from '../snapshot/format/hash-range.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { partName, restoreStaging } from '../jobs/staging.ts';
import { type TaskInput, type TaskResult, taskResult } from '../jobs/task.ts';
import {
  type CurrentRestore,
  readCurrentRestore,
  fileNames,
  type RangeResult,
  type RestorePlan,
} from './current-restore.ts';

type Work = (current: CurrentRestore, range: HashRange) => Promise<RangeResult>;

/** Does one part of a task, starting where the previous part ended, and publishes its result. */
export async function runRangePart(
  services: Services,
  input: TaskInput<RestoreJob>,
  way: RestoreWay,
  work: Work,
): Promise<TaskResult<RestoreJob>> {
  const staging = restoreStaging(services.store, input.job);
  const task = fileNames.range(way, input.task);
  const { done } = await staging.publishOnce<RangeResult>(partName(task, input.part), async () => {
    const current = await readCurrentRestore(services, input.job);
    const range = current.plan.ranges[input.task];
    if (range === undefined) throw new TidemarkError('Internal', `there is no range ${input.task}`);
    const previous =
      input.part === 0 ? undefined : await staging.read<RangeResult>(partName(task, input.part - 1));
    const { from, to } = fromHex(range);
    return work(current, { from: previous?.next === undefined ? from : BigInt(`0x${previous.next}`), to });
  });
  return taskResult(input, done);
}

/** Adds up the number and the digest of the items of all ranges. Throws `TaskIncomplete` if a range is not done. */
export async function sumRanges(
  services: Services,
  job: RestoreJob,
  { way, ranges }: RestorePlan,
): Promise<Pick<Content, 'items' | 'digest'>> {
  const staging = restoreStaging(services.store, job);
  const parts = await Promise.all(
    ranges.map((_, i) => staging.readParts<RangeResult>(fileNames.range(way, i))),
  );
  const digest = new DigestSum();
  let items = 0;
  for (const part of parts.flat()) {
    items += part.items;
    digest.addHex(part.digest);
  }
  return { items, digest: digest.toHex() };
}
