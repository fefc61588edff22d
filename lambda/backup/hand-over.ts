import type { Services } from '../services/services.ts';
import type { Lineage } from '../model/data-sinks.ts';
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
  await startNext(services, job);
  return { job, status };
}

/**
 * Grants the turn of a lineage to its earliest pending backup and starts an execution of it. `dead` is the turn of an execution
 * that is known to have ended. After a crash between the two steps the reconciler finds a turn without an execution.
 */
export async function startNext(
  services: Pick<Services, 'catalog' | 'executions'>,
  { table, sink }: Lineage,
  dead?: Turn,
): Promise<void> {
  const claim = await services.catalog.turns.grant({ table, sink }, dead);
  if (claim === undefined) return;
  await services.executions.start(createBackupJob(table, claim.backup, claim.execution, sink));
}
