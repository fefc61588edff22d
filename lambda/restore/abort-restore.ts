import type { RestoreRecord } from '../model/records.ts';
import { isDenied, reasonOf } from '../runtime/errors.ts';
import type { Services } from '../services/services.ts';
import { findTable } from '../tables/table.ts';
import { type AbortInput, type FailureNote, failureNoteName } from '../jobs/failure-note.ts';
import type { RestoreJob } from '../jobs/job.ts';
import { restoreStaging } from '../jobs/staging.ts';
import { lacksProtection } from './finish-restore.ts';
import { findImport, isRunning, mayAppear } from './import-job.ts';
import { deleteTable, kept, left } from './remove-table.ts';
import { isCurrent } from './restore-plan.ts';
import { hasRestoreTag, removeRestoreTag } from './restore-tag.ts';

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
  const failed = { job, status: 'failed', waitSeconds: 0 } as const;
  const restore = await givenUp(services, input);
  if (restore === undefined) return failed;
  const fate = await (isLast ? clearOrKeep : clear)(services, job, restore);
  if (fate === 'wait') return { job, status: 'wait', waitSeconds: waits[restore.way ?? 'writes'] };
  if (fate === 'untagged') return { job, status: 'untagged', waitSeconds: 0 };
  if (fate !== 'gone' && 'done' in fate) {
    const doubts = [restore.reason, fate.done].filter((doubt) => doubt !== undefined);
    await catalog.restores.end(restore, 'RESTORED', doubts.length > 0 ? doubts.join('; ') : undefined);
    return { job, status: 'restored', waitSeconds: 0 };
  }
  const why = restore.abandoned ?? (await whyFailed(services, input));
  const reason = fate === 'gone' ? why : `${why}; ${left(restore, fate.kept)}`;
  await catalog.restores.end(restore, 'FAILED', reason);
  log.error('restore failed', { table: job.table, restore: job.id, reason });
  return failed;
}

/**
 * The restore, either abandoned or settled: a twin of the last step may still be at work, and what it has settled must not
 * be removed. Undefined if it is over or another execution's.
 */
async function givenUp(
  services: Services,
  input: AbortInput<RestoreJob>,
): Promise<RestoreRecord | undefined> {
  const { restores } = services.catalog;
  const { job } = input;
  const current = async (): Promise<RestoreRecord | undefined> => {
    const restore = await restores.get(job.table);
    return restore !== undefined && isCurrent(restore, job) ? restore : undefined;
  };
  const restore = await current();
  if (restore === undefined || restore.settled === true || restore.abandoned !== undefined) return restore;
  const abandoned = await whyFailed(services, input);
  return (await restores.abandon(restore, abandoned)) ? { ...restore, abandoned } : current();
}

/** A store that cannot be read may be what it failed for: then it is aborted all the same. */
async function whyFailed(
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

/**
 * What became of the restore's table. `gone`: there is none; a table of the same name that is not the restore's stays.
 * `done`: it is settled, and what it lacks. `kept`: why it cannot be removed. `untagged`: why not yet. `wait`: ask again.
 */
type Fate = 'gone' | 'untagged' | 'wait' | { readonly done: string | undefined } | { readonly kept: string };

/** As `clear`, when nobody comes who may do more. */
async function clearOrKeep(services: Services, job: RestoreJob, restore: RestoreRecord): Promise<Fate> {
  try {
    const fate = await clear(services, job, restore);
    if (fate !== 'untagged') return fate;
    return { kept: kept.untagged };
  } catch (error) {
    if (!isDenied(error)) throw error;
    if (restore.settled === true) return { done: 'the tag of the restore could not be taken off its table' };
    return { kept: kept.denied(error) };
  }
}

async function clear(services: Services, job: RestoreJob, restore: RestoreRecord): Promise<Fate> {
  const { dynamodb } = services;
  const made = restore.way === 'import' ? await findImport(services, job, restore) : undefined;
  // Its table cannot be deleted yet, and may not even be seen.
  if (made !== undefined && isRunning(made)) return 'wait';
  const table = await findTable(dynamodb, restore.target);
  if (table === undefined) return made !== undefined && mayAppear(services, made) ? 'wait' : 'gone';
  if (table.TableStatus === 'DELETING') return 'wait';
  const arn = String(table.TableArn);
  const noted = restore.targetTableId ?? made?.TableId;
  const isNoted = noted !== undefined && table.TableId === noted;
  // With the tag it is ours also if it is another than is noted: a late twin of the step that makes it was here.
  const isTagged = await hasRestoreTag(dynamodb, arn, restore.id);
  if (isNoted && restore.settled === true) {
    await removeRestoreTag(dynamodb, arn);
    const isUnprotected = lacksProtection(table, restore.description);
    return { done: isUnprotected ? 'its protection from deletion could not be set' : undefined };
  }
  if (!isNoted && !isTagged) return 'gone';
  if (table.DeletionProtectionEnabled === true) return { kept: kept.isProtected };
  // An import's table has no tag at first.
  if (!isTagged) return made === undefined ? { kept: 'carries the tag of the restore no more' } : 'untagged';
  await deleteTable(dynamodb, restore.target);
  return 'wait';
}
