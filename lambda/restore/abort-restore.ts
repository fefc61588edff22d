import type { RestoreRecord } from '../model/records.ts';
import { explainRestore } from '../model/restore-outcome.ts';
import { reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { type AbortInput, type FailureNote, failureNoteName } from '../jobs/failure-note.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { restoreStaging } from '../jobs/staging.ts';
import { findRestore } from './current-restore.ts';
import { clearTarget } from './target-table.ts';

export interface AbortRestoreResult {
  readonly job: RestoreJob;
  /**
   * `restored`: the table was settled, only the end of the job was missing. `untagged`: the step that may tag the table is
   * to do so, and then this one is to be called again.
   */
  readonly status: 'wait' | 'untagged' | 'failed' | 'restored';
  readonly waitSeconds: number;
}

/** A table is deleted in a moment, an import ends in minutes or hours. */
const waits = { writes: 5, import: 60 } as const;

/**
 * Removes the table that the restore made, and only that one, then ends the job with its reason. A table that is
 * settled is kept: the job ends as it would have.
 *
 * `isLast`: no execution comes any more, so that what may not be removed now is left, which the reason says. Before, it
 * throws what DynamoDB throws.
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
  if (targetFate === 'wait') return { job, status: 'wait', waitSeconds: waits[restore.way ?? 'writes'] };
  if (targetFate === 'untagged') return { job, status: 'untagged', waitSeconds: 0 };
  if (targetFate.kind === 'complete') {
    await catalog.restores.end(restore, 'RESTORED', { targetFate });
    return { job, status: 'restored', waitSeconds: 0 };
  }
  const end = { reason: restore.abandoned ?? (await findReason(services, input)), targetFate };
  await catalog.restores.end(restore, 'FAILED', end);
  const reason = explainRestore({ ...restore, ...end });
  log.error('restore failed', { table: job.table, restore: job.id, reason });
  return { job, status: 'failed', waitSeconds: 0 };
}

/**
 * The restore, either abandoned or settled: a twin of the last step may still be at work, and what it has settled must not
 * be removed. Undefined if it is over or another execution's.
 */
async function giveUp(services: Services, input: AbortInput<RestoreJob>): Promise<RestoreRecord | undefined> {
  const { job } = input;
  const restore = await findRestore(services, job);
  if (restore === undefined || restore.settled === true || restore.abandoned !== undefined) return restore;
  const abandoned = await findReason(services, input);
  return (await services.catalog.restores.abandon(restore, abandoned))
    ? { ...restore, abandoned }
    : findRestore(services, job);
}

/** A store that cannot be read may be what it failed for: then it is aborted all the same. */
async function findReason(
  { store, log }: Services,
  { job, failure }: AbortInput<RestoreJob>,
): Promise<string> {
  const note = await restoreStaging(store, job)
    .find<FailureNote>(failureNoteName(job.execution))
    .catch((error: unknown) => {
      log.warn('reason not read', { table: job.table, restore: job.id, reason: reasonOf(error) });
    });
  return note?.reason ?? `the workflow failed: ${failure?.Error ?? 'unknown'}`;
}
