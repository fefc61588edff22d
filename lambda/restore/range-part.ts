import type { RestoreWay } from '../model/records.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import type { Content } from '../snapshot/format/content.ts';
import { DigestSum } from '../snapshot/format/digest.ts';
import { fromHex, type HashRange } from '../snapshot/format/hash-range.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { namePart, openRestoreStaging } from '../jobs/staging.ts';
import { type TaskInput, type TaskResult, toTaskResult } from '../jobs/task.ts';
import {
  type CurrentRestore,
  readCurrentRestore,
  fileNames,
  type RangeResult,
  type RestorePlan,
} from './current-restore.ts';

/** Where a part starts. */
export interface PartStart {
  readonly part: number;
  /** The rest of the task's range. */
  readonly range: HashRange;
  /** Digests of items in it that are written already. */
  readonly ahead: readonly string[];
}

/** Does the work from that start on. Yields one result for each part. */
type Work = (current: CurrentRestore, start: PartStart) => AsyncIterable<RangeResult>;

/**
 * Does one or more parts of a task, starting where the last published part ended, and publishes the result of each. Ends if
 * a twin has published a part first: the next call continues from the twin's part.
 */
export async function runRangeParts(
  services: Services,
  input: TaskInput<RestoreJob>,
  way: RestoreWay,
  work: Work,
): Promise<TaskResult<RestoreJob>> {
  const staging = openRestoreStaging(services, input.job);
  const nameOf = (part: number) => namePart(fileNames.range(way, input.task), part);
  let { part } = input;
  let last = part === 0 ? undefined : await staging.read<RangeResult>(nameOf(part - 1));
  for (let found; (found = await staging.find<RangeResult>(nameOf(part))) !== undefined; part++) last = found;
  if (last?.done !== true) {
    const current = await readCurrentRestore(services, input.job);
    for await (const result of work(current, startOf(current.plan, { ...input, part }, last))) {
      last = await staging.publishOnce(nameOf(part++), () => Promise.resolve(result));
      if (last !== result) break;
    }
  }
  return toTaskResult({ ...input, part: part - 1 }, last?.done === true);
}

function startOf(
  { ranges }: RestorePlan,
  { task, part }: Pick<TaskInput<RestoreJob>, 'task' | 'part'>,
  last: RangeResult | undefined,
): PartStart {
  const range = ranges[task];
  if (range === undefined) throw new TidemarkError('Internal', `there is no range ${task}`);
  const { from, to } = fromHex(range);
  return {
    part,
    range: { from: last?.next === undefined ? from : BigInt(`0x${last.next}`), to },
    ahead: last?.ahead ?? [],
  };
}

/** Adds up the number and the digest of the items of all ranges. Throws `TaskIncomplete` if a range is not done. */
export async function sumRanges(
  services: Services,
  job: RestoreJob,
  { way, ranges }: RestorePlan,
): Promise<Pick<Content, 'items' | 'digest'>> {
  const staging = openRestoreStaging(services, job);
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
