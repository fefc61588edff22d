import type { BackupJob } from '../jobs/job.ts';
import { openBackupStaging } from '../jobs/staging.ts';
import { type TaskInput, type TaskResult, toTaskResult } from '../jobs/task.ts';
import { TidemarkError } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { stageSegment } from '../sources/scan/stage-segment.ts';
import { type BackupPlan, names } from './backup-plan.ts';

/** Stages one segment of a scan, as far as the time budget goes. */
export async function scan(services: Services, input: TaskInput<BackupJob>): Promise<TaskResult<BackupJob>> {
  const { job, task, part } = input;
  const staging = openBackupStaging(services, job);
  const { origin, table } = await staging.read<BackupPlan>(names.plan);
  if (origin.source !== 'scan') throw new TidemarkError('Internal', 'the plan has no scan');
  return toTaskResult(input, await stageSegment(services, origin, { table, staging, task, part }));
}
