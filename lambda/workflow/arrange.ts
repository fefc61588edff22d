import type { Services } from '../runtime/services.ts';
import { equalRanges, rangeCount, toHex } from '../snapshot/hash-range.ts';
import { readManifest } from '../snapshot/manifest.ts';
import {
  type ApplyPlan,
  type BackupPlan,
  names,
  type PartitionPlan,
  type PartitionResult,
} from './backup-plan.ts';
import type { Job } from './executions.ts';
import { backupStaging } from './staging.ts';

export interface ArrangeResult {
  readonly job: Job;
  /** `commit`: there is nothing to apply. */
  readonly status: 'apply' | 'commit';
  readonly tasks: readonly number[];
}

/**
 * Decides, now that the size of the changes is known, in how many partitions a base is kept and over how many ranges
 * the changes are applied. Small changes make one range and so one delta run, however many partitions it spans.
 */
export async function arrange(services: Services, { job }: { job: Job }): Promise<ArrangeResult> {
  const staging = backupStaging(services.store, job);
  const plan = await staging.read<BackupPlan>(names.plan);
  const { limits } = services.config;
  const { ranges } = await staging.once<ApplyPlan>(names.applyPlan, async () => {
    const { tasks } = await staging.read<PartitionPlan>(names.partitionPlan);
    const results = await Promise.all(
      tasks.map((_, i) => staging.parts<PartitionResult>(names.partition(i))),
    );
    const spills = results.flat().flatMap((result) => result.spills);
    const rawBytes = spills.reduce((sum, spill) => sum + spill.rawBytes, 0);
    const partitions =
      plan.parent === undefined
        ? rangeCount(rawBytes, limits.partitionBytes, limits.maxPartitions)
        : (await readManifest(services.store, plan.table.tableId, plan.parent)).manifest.partitions.length;
    const count = rangeCount(rawBytes, limits.partitionBytes, Math.min(partitions, limits.maxRanges));
    return { partitions, spills, ranges: rawBytes === 0 ? [] : equalRanges(count).map(toHex) };
  });
  return { job, status: ranges.length > 0 ? 'apply' : 'commit', tasks: ranges.map((_, i) => i) };
}
