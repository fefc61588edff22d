import { isError, reasonOf, TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { fromHex, formatHash } from '../snapshot/format/hash-range.ts';
import { selectReplacedRuns } from '../snapshot/compact/range-plan.ts';
import { applyDelta, foldPartitions, type RangeResult, type RangeWork } from './apply-range.ts';
import { type ApplyPlan, type ApplyResult, type BackupPlan, names } from './backup-plan.ts';
import { Budget } from '../jobs/budget.ts';
import { type TaskInput, type TaskResult, toTaskResult } from '../jobs/task.ts';
import { openBackupStaging, namePart } from '../jobs/staging.ts';
import { readBack } from './read-back.ts';
import { readParent } from './read-parent.ts';
import type { BackupJob } from '../jobs/job.ts';

/** Applies the changes to one range: writes them as a delta run, or folds them with the parent's runs into base runs. */
export async function apply(services: Services, input: TaskInput<BackupJob>): Promise<TaskResult<BackupJob>> {
  const staging = openBackupStaging(services, input.job);
  const [plan, applyPlan] = await Promise.all([
    staging.read<BackupPlan>(names.plan),
    staging.read<ApplyPlan>(names.applyPlan),
  ]);
  const task = names.apply(input.task);
  const { done } = await staging.publishOnce<ApplyResult>(namePart(task, input.part), async () => {
    const rangePlan = applyPlan.ranges[input.task];
    if (rangePlan === undefined) throw new TidemarkError('Internal', `there is no range ${input.task}`);
    const before =
      input.part === 0 ? undefined : await staging.read<ApplyResult>(namePart(task, input.part - 1));
    const { from, to } = fromHex(rangePlan.range);
    const parent = await readParent(services.store, plan);
    const work: RangeWork = {
      services,
      plan,
      applyPlan,
      range: { from: before?.next === undefined ? from : BigInt(`0x${before.next}`), to },
      parent,
      replaced: selectReplacedRuns(parent?.runs ?? [], rangePlan),
      budget: new Budget(services.clock, services.config.timeBudgetMs / (plan.checksum ? 2 : 1)),
      name: `${plan.id}-${services.ids.hex(8)}-${input.task}.${input.part}`,
    };
    const result = await recordDamage(services, plan, (rangePlan.fold ? foldPartitions : applyDelta)(work));
    if (plan.checksum) await readBack(services, plan, result.runs);
    const { next, ...rest } = result;
    return { ...rest, done: next === undefined, next: next === undefined ? undefined : formatHash(next) };
  });
  return toTaskResult(input, done);
}

/**
 * Records a damaged run of the parent in the result. The backup does not fail: `commit` reads the result and takes a new
 * base.
 */
async function recordDamage(
  services: Services,
  { id, parent }: BackupPlan,
  work: Promise<RangeResult>,
): Promise<RangeResult> {
  try {
    return await work;
  } catch (error) {
    if (parent === undefined || !isError(error, 'SnapshotCorrupt')) throw error;
    services.log.warn('a run of the parent is damaged', {
      backup: id,
      parent: parent.id,
      reason: reasonOf(error),
    });
    const damaged = { reason: reasonOf(error), ...(error.object !== undefined && { object: error.object }) };
    return { runs: [], effect: [], folded: [], next: undefined, damaged };
  }
}
