import type { BackupJob } from '../jobs/job.ts';
import { openBackupStaging } from '../jobs/staging.ts';
import type { Services } from '../services/services.ts';
import { names } from './backup-plan.ts';

/** The reason why an execution started over: a note in the folder of the round that it gave up. */
interface StartOver {
  readonly reason: string;
}

/** Notes why the execution starts over with a base. Returns the job of the next round. */
export async function startOver(
  services: Pick<Services, 'store' | 'secret'>,
  job: BackupJob,
  reason: string,
): Promise<BackupJob> {
  await openBackupStaging(services, job).publishOnce<StartOver>(names.startOver, async () => ({ reason }));
  return { ...job, round: job.round + 1 };
}

/** Finds why the execution has started over. Undefined in its first round. */
export async function findStartOver(
  services: Pick<Services, 'store' | 'secret'>,
  job: BackupJob,
): Promise<string | undefined> {
  if (job.round === 0) return undefined;
  const before = openBackupStaging(services, { ...job, round: job.round - 1 });
  const given = await before.find<StartOver>(names.startOver);
  return given?.reason ?? 'the snapshot that it continued cannot be used';
}
