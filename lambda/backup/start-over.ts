import type { BackupJob } from '../jobs/job.ts';
import { backupStaging } from '../jobs/staging.ts';
import type { Services } from '../services/services.ts';
import { names } from './backup-plan.ts';

/** Why an execution started over: a note in the folder of the round that it gave up. */
interface StartOver {
  readonly reason: string;
}

/** Notes why the execution starts over with a base. Returns the job of the next round. */
export async function startOver(
  { store }: Pick<Services, 'store'>,
  job: BackupJob,
  reason: string,
): Promise<BackupJob> {
  await backupStaging(store, job).note(names.startOver, { reason } satisfies StartOver);
  return { ...job, round: job.round + 1 };
}

/** Finds why the execution has started over. Undefined in its first round. */
export async function findStartOver(
  { store }: Pick<Services, 'store'>,
  job: BackupJob,
): Promise<string | undefined> {
  if (job.round === 0) return undefined;
  const given = await backupStaging(store, { ...job, round: job.round - 1 }).find<StartOver>(names.startOver);
  return given?.reason ?? 'the snapshot that it continued cannot be used';
}
