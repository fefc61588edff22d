import { isError, reasonOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/logger.ts';
import type { Job } from './job.ts';
import { openJobStaging, type StagingAccess } from './staging.ts';

/** Why an execution failed. Its last failed step writes this note to the job's staging folder, and the abort reads it. */
interface FailureNote {
  readonly reason: string;
  /** Set if stored objects of a snapshot are damaged. */
  readonly damage?: { readonly object: string | undefined };
}

/** The note's name in the folder. It holds the execution's name, since the executions of a restore share one folder. */
function nameFailureNote(execution: string): string {
  return `failure/${execution}.json`;
}

/** True for the key of such a note in a job's folder. */
export function isFailureNote(key: string): boolean {
  return /\/failure\/[^/]+\.json$/.test(key);
}

/** The input that a state machine gives to its abort step. */
export interface AbortInput<J extends Job> {
  readonly job: J;
  /** The error that the state machine caught. It is used only if no step wrote a note. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}

/** Writes the note of an execution that has failed with this error. */
export async function noteFailure(access: StagingAccess, job: Job, error: unknown): Promise<void> {
  const isDamage = isError(error, 'SnapshotCorrupt');
  const note: FailureNote = {
    reason: reasonOf(error),
    ...(isDamage && { damage: { object: error.object } }),
  };
  await openJobStaging(access, job).note(nameFailureNote(job.execution), note);
}

/** Finds why the execution failed. An unreadable store may be the reason itself, so it does not stop the abort. */
export async function findFailure(
  services: StagingAccess & { readonly log: Log },
  { job, failure }: AbortInput<Job>,
): Promise<FailureNote> {
  const note = await openJobStaging(services, job)
    .find<FailureNote>(nameFailureNote(job.execution))
    .catch((error: unknown) => {
      services.log.warn('reason not read', { table: job.table, id: job.id, reason: reasonOf(error) });
    });
  return note ?? { reason: `the workflow failed: ${failure?.Error ?? 'unknown'}` };
}
