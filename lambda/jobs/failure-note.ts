import type { Job } from './job.ts';

/** Why an execution failed; its last failed step leaves it in the job's staging folder for the abort to read. */
export interface FailureNote {
  readonly reason: string;
}

/** The note's name in the folder. The executions of a restore share one folder, so the name says whose note it is. */
export function failureNoteName(execution: string): string {
  return `failure/${execution}.json`;
}

/** What a state machine hands to its abort step. */
export interface AbortInput<J extends Job> {
  readonly job: J;
  /** The error that the state machine caught; it is used only when no step left a note. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}
