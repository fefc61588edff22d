import type { Services } from '../services/services.ts';
import { planCompaction } from '../snapshot/compact/compaction.ts';
import type { CompactionInput } from '../snapshot/compact/plan-partition.ts';
import {
  type ApplyPlan,
  type BackupPlan,
  names,
  type PartitionPlan,
  type PartitionResult,
} from './backup-plan.ts';
import type { BackupJob } from '../jobs/job.ts';
import { openBackupStaging } from '../jobs/staging.ts';
import { readParent } from './read-parent.ts';

export interface ArrangeResult {
  readonly job: BackupJob;
  /** `commit`: there are no changes to apply. */
  readonly status: 'apply' | 'commit';
  readonly tasks: readonly number[];
}

/**
 * Decides, now that the size of the changes is known, by which ranges `apply` works and what it folds or merges. Few
 * changes make one range, and so one delta run, even if it spans many partitions.
 */
export async function arrange(services: Services, { job }: { job: BackupJob }): Promise<ArrangeResult> {
  const staging = openBackupStaging(services, job);
  const plan = await staging.read<BackupPlan>(names.plan);
  const { ranges } = await staging.publishOnce<ApplyPlan>(names.applyPlan, async () => {
    const { tasks } = await staging.read<PartitionPlan>(names.partitionPlan);
    const results = await Promise.all(
      tasks.map((_, i) => staging.readParts<PartitionResult>(names.partition(i))),
    );
    const spills = results.flat().flatMap((result) => result.spills);
    const parent = await readParent(services.store, plan);
    const input: CompactionInput = {
      runs: parent?.runs ?? [],
      partitions: parent?.partitions.length ?? 1,
      changedBytes: spills.reduce((sum, spill) => sum + spill.lineBytes, 0),
      kind: plan.kind,
    };
    return { spills, ...planCompaction(input, services.config.limits) };
  });
  return { job, status: ranges.length > 0 ? 'apply' : 'commit', tasks: ranges.map((_, i) => i) };
}
