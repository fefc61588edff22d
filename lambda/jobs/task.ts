import type { Job } from './job.ts';

/** One item of a Map. One invocation after another works on it until it is done. */
export interface TaskInput<J extends Job> {
  readonly job: J;
  /** The number of the Map's item. */
  readonly task: number;
  /** Counts the invocations that have worked on the task. */
  readonly part: number;
}

export interface TaskResult<J extends Job> extends TaskInput<J> {
  readonly status: 'more' | 'done';
}

/** Builds the answer of one part of a task, which is the input of the next part. */
export function toTaskResult<J extends Job>({ job, task, part }: TaskInput<J>, done: boolean): TaskResult<J> {
  return { job, task, part: part + 1, status: done ? 'done' : 'more' };
}
