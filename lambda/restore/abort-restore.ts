import type { RestoreRecord } from '../model/records.ts';
import { explainRestore } from '../model/restore-outcome.ts';
import { noteDamage } from '../services/note-damage.ts';
import type { Services } from '../services/services.ts';
import { type AbortInput, findFailure } from '../jobs/failure-note.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { findRestore } from './current-restore.ts';
import { clearTarget } from './target-table.ts';

export interface AbortRestoreResult {
  readonly job: RestoreJob;
  /**
   * `restored`: the table was settled, and only the job's end was missing. `untagged`: the machine must run the step
   * that may tag the table, then this one again.
   */
  readonly status: 'wait' | 'untagged' | 'failed' | 'restored';
  readonly waitSeconds: number;
}

/** Deleting a table takes a moment; an import ends after minutes or hours. */
const waitSeconds = { writes: 5, import: 60 } as const;

/**
 * Removes the restore's table, then ends the job as FAILED with its reason. A settled table is kept instead, and the
 * job ends as RESTORED.
 *
 * `isLast`: no later execution will try again, so a table that Tidemark may not remove is kept, and the record says
 * so. Otherwise throws DynamoDB's error.
 */
export async function abortRestore(
  services: Services,
  input: AbortInput<RestoreJob>,
  { isLast = false } = {},
): Promise<AbortRestoreResult> {
  const { catalog, log } = services;
  const { job } = input;
  const restore = await giveUp(services, input);
  if (restore === undefined) return { job, status: 'failed', waitSeconds: 0 };
  const targetFate = await clearTarget(services, restore, { isLast });
  if (targetFate === 'wait')
    return { job, status: 'wait', waitSeconds: waitSeconds[restore.way ?? 'writes'] };
  if (targetFate === 'untagged') return { job, status: 'untagged', waitSeconds: 0 };
  if (targetFate.kind === 'complete') {
    await catalog.restores.end(restore, 'RESTORED', { targetFate });
    return { job, status: 'restored', waitSeconds: 0 };
  }
  const end = { reason: restore.abandoned ?? (await findFailure(services, input)).reason, targetFate };
  await catalog.restores.end(restore, 'FAILED', end);
  const reason = explainRestore({ ...restore, ...end });
  log.error('restore failed', { table: job.table, restore: job.id, reason });
  return { job, status: 'failed', waitSeconds: 0 };
}

/**
 * Finds the job's restore and marks it as abandoned unless it is settled: a twin of the last step may still be running,
 * and a table that the twin has settled must not be removed. Returns undefined if the restore has ended or another
 * execution owns it.
 */
async function giveUp(services: Services, input: AbortInput<RestoreJob>): Promise<RestoreRecord | undefined> {
  const { job } = input;
  const restore = await findRestore(services, job);
  if (restore === undefined || restore.settled === true || restore.abandoned !== undefined) return restore;
  const { reason: abandoned, damage } = await findFailure(services, input);
  if (damage !== undefined) {
    const key = { table: restore.source.name, id: restore.backup };
    await noteDamage(services, key, { reason: abandoned, object: damage.object });
  }
  return (await services.catalog.restores.abandon(restore, abandoned))
    ? { ...restore, abandoned }
    : findRestore(services, job);
}
