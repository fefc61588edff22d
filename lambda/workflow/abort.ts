import type { BackupId } from '../catalog/records.ts';
import type { Services } from '../runtime/services.ts';
import { type FailureNote, names } from './backup-plan.ts';
import type { Job } from './executions.ts';
import { backupStaging } from './staging.ts';

export interface AbortInput {
  readonly job: Job;
  /** What the state machine caught; only used when no step left a note. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}

/** Ends the backup with a reason and gives the turn back. Nothing of the failed attempt was ever visible. */
export async function abort(
  services: Services,
  { job, failure }: AbortInput,
): Promise<{ job: Job; status: 'failed' }> {
  const note = await backupStaging(services.store, job).find<FailureNote>(names.failure(job.execution));
  const reason = note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
  const claim = { table: job.table, backup: job.id as BackupId, execution: job.execution };
  const ended = await services.catalog.turns.fail(claim, reason);
  services.log.error('backup failed', { table: job.table, backup: job.id, reason, ended });
  return { job, status: 'failed' };
}
