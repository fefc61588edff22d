import type { Services } from '../services/services.ts';
import type { Turn } from '../model/records.ts';
import { type BackupJob, createBackupJob } from '../jobs/job.ts';

export interface HandOver {
  readonly job: BackupJob;
  /** How the execution ended; passed through to the state machine. */
  readonly status: 'done' | 'failed' | 'ended';
}

/** Starts the table's next waiting backup, if there is one and nobody else has started it. */
export async function handOver(
  services: Pick<Services, 'catalog' | 'executions'>,
  { job, status }: HandOver,
): Promise<HandOver> {
  await startNext(services, job.table);
  return { job, status };
}

/**
 * Grants the table's turn to its earliest pending backup and starts an execution of it. `dead` is the turn of an execution
 * that is known to have ended. After a crash between the two steps the reconciler finds a turn without an execution.
 */
export async function startNext(
  services: Pick<Services, 'catalog' | 'executions'>,
  table: string,
  dead?: Turn,
): Promise<void> {
  const claim = await services.catalog.turns.grant(table, dead);
  if (claim === undefined) return;
  await services.executions.start(createBackupJob(table, claim.backup, claim.execution));
}
