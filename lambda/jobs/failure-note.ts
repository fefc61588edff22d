import type { Job } from './job.ts';

/** Why an execution failed. Its last failed step writes this note to the job's staging folder, and the abort reads it. */
export interface FailureNote {
  readonly reason: string;
}

/** The note's name in the folder. It holds the execution's name, since the executions of a restore share one folder. */
export function failureNoteName(execution: string): string {
  return `failure/${execution}.json`;
}

/** The input that a state machine gives to its abort step. */
export interface AbortInput<J extends Job> {
  readonly job: J;
  /** The error that the state machine caught. It is used only if no step wrote a note. */
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
}
