import type { Services } from '../services/services.ts';
import { type AbortInput, findFailure } from '../jobs/failure-note.ts';
import type { BackupJob } from '../jobs/job.ts';

/** Ends the backup with a reason and frees the turn. Nothing of the failed attempt was ever visible. */
export async function abort(
  services: Services,
  input: AbortInput<BackupJob>,
): Promise<{ job: BackupJob; status: 'failed' }> {
  const { job } = input;
  const { reason } = await findFailure(services, input);
  const claim = { table: job.table, sink: job.sink, backup: job.id, execution: job.execution };
  const ended = await services.catalog.turns.fail(claim, reason);
  services.log.error('backup failed', { table: job.table, backup: job.id, reason, ended });
  return { job, status: 'failed' };
}
