import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { StreamGap } from '../tables/stream.ts';
import { type BackupPlan, names, type PartitionPlan } from './backup-plan.ts';
import { collectExports } from './collect-exports.ts';
import { type Collected, collectStream } from './collect-stream.ts';
import type { BackupJob } from '../jobs/job.ts';
import { spread } from './spread.ts';
import { backupStaging } from '../jobs/staging.ts';

export interface CollectInput {
  readonly job: BackupJob;
  readonly part: number;
}

export interface CollectResult extends CollectInput {
  /** `again`: the changes since the parent are not all there; begin anew with a base. `empty`: done, and there is nothing to partition. */
  readonly status: 'more' | 'wait' | 'again' | 'done' | 'empty';
  readonly tasks: readonly number[];
  readonly waitSeconds: number;
}

/** Has the source leave its staged files. Says how many partition tasks there are when it is done. */
export async function collect(services: Services, { job, part }: CollectInput): Promise<CollectResult> {
  const staging = backupStaging(services.store, job);
  const plan = await staging.read<BackupPlan>(names.plan);
  let collected: Collected;
  try {
    collected = await (plan.stream === undefined
      ? collectExports(services, plan)
      : collectStream(services, staging, plan, part));
  } catch (error) {
    if (!(error instanceof StreamGap) && !isError(error, 'CutUnreachable')) throw error;
    return again(services, job, plan, error);
  }
  if (collected.status === 'wait') {
    return { job, part, status: 'wait', tasks: [], waitSeconds: collected.waitSeconds };
  }
  if (collected.status === 'more') return { job, part: part + 1, status: 'more', tasks: [], waitSeconds: 0 };
  const { files } = collected;
  const { tasks } = await staging.publishOnce<PartitionPlan>(names.partitionPlan, async () => ({
    tasks: spread(files, services.config.limits.taskBytes),
  }));
  const status = tasks.length > 0 ? 'done' : 'empty';
  return { job, part, status, tasks: tasks.map((_, i) => i), waitSeconds: 0 };
}

/** A gap behind a parent is answered with a base; a base that the stream does not reach cannot be made. */
function again(services: Services, job: BackupJob, plan: BackupPlan, gap: Error): CollectResult {
  if (plan.parent === undefined) throw new TidemarkError('CutUnreachable', gap.message, { cause: gap });
  services.log.warn('changes are missing, taking a new base', { backup: job.id, reason: reasonOf(gap) });
  return { job: { ...job, round: job.round + 1 }, part: 0, status: 'again', tasks: [], waitSeconds: 0 };
}
