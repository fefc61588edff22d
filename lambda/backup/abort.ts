import type { Services } from '../services/services.ts';
import { type AbortInput, type FailureNote, failureNoteName } from '../jobs/failure-note.ts';
import type { BackupJob } from '../jobs/job.ts';
import { backupStaging } from '../jobs/staging.ts';

/** Ends the backup with a reason and gives the turn back. Nothing of the failed attempt was ever visible. */
export async function abort(
  services: Services,
  { job, failure }: AbortInput<BackupJob>,
): Promise<{ job: BackupJob; status: 'failed' }> {
  const note = await backupStaging(services.store, job).find<FailureNote>(failureNoteName(job.execution));
  const reason = note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
  const claim = { table: job.table, backup: job.id, execution: job.execution };
  const ended = await services.catalog.turns.fail(claim, reason);
  services.log.error('backup failed', { table: job.table, backup: job.id, reason, ended });
  return { job, status: 'failed' };
}
