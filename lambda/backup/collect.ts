import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { damageMessage } from '../runtime/log-messages.ts';
import { StreamGap } from '../tables/stream.ts';
import { type BackupPlan, names, type PartitionPlan } from './backup-plan.ts';
import type { BackupJob } from '../jobs/job.ts';
import type { Collected } from '../sources/source.ts';
import { sourceOf } from './sources.ts';
import { startOver } from './start-over.ts';
import { spreadFiles } from './spread-files.ts';
import { openBackupStaging } from '../jobs/staging.ts';

export interface CollectInput {
  readonly job: BackupJob;
  readonly part: number;
}

export interface CollectResult extends CollectInput {
  /**
   * `again`: changes since the parent are gone or its manifest is damaged, so the backup starts over with a base.
   * `empty`: done, and there is nothing to partition.
   */
  readonly status: 'more' | 'wait' | 'again' | 'done' | 'empty';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

/** Has the plan's source stage its files, then deals them out to the tasks of the partition step. */
export async function collect(services: Services, { job, part }: CollectInput): Promise<CollectResult> {
  const staging = openBackupStaging(services, job);
  const plan = await staging.read<BackupPlan>(names.plan);
  let collected: Collected;
  try {
    collected = await sourceOf(plan.origin).collect(services, plan.origin, { plan, staging, part });
  } catch (error) {
    if (!(error instanceof StreamGap) && !isError(error, 'CutUnreachable', 'SnapshotCorrupt')) throw error;
    return startOverWithBase(services, job, plan, error);
  }
  if (collected.status === 'wait') {
    return { job, part, status: 'wait', tasks: [], waitSeconds: collected.waitSeconds };
  }
  if (collected.status === 'more') return { job, part: part + 1, status: 'more', tasks: [], waitSeconds: 0 };
  const { files } = collected;
  const { tasks } = await staging.publishOnce<PartitionPlan>(names.partitionPlan, async () => ({
    tasks: spreadFiles(files, services.config.limits.taskBytes),
  }));
  const status = tasks.length > 0 ? 'done' : 'empty';
  return { job, part, status, tasks: tasks.map((_, i) => i), waitSeconds: 0 };
}

/**
 * Starts over with a base if changes since the parent are missing or its manifest is damaged. A base with a gap cannot
 * be made: throws `CutUnreachable`.
 */
async function startOverWithBase(
  services: Services,
  job: BackupJob,
  plan: BackupPlan,
  fault: Error,
): Promise<CollectResult> {
  if (plan.parent === undefined) throw new TidemarkError('CutUnreachable', fault.message, { cause: fault });
  const facts = { backup: job.id, reason: reasonOf(fault) };
  if (isError(fault, 'SnapshotCorrupt')) {
    services.log.error(damageMessage, { ...facts, table: job.table, snapshot: plan.parent.id });
  } else {
    services.log.warn('changes are missing, taking a new base', facts);
  }
  return {
    job: await startOver(services, job, fault.message),
    part: 0,
    status: 'again',
    tasks: [],
    waitSeconds: 0,
  };
}
