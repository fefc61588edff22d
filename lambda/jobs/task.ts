import type { Job } from './job.ts';

/** One item of a Map, worked on by one invocation after another until it is done. */
export interface TaskInput {
  readonly job: Job;
  /** The number of the Map's item. */
  readonly task: number;
  /** Counts the invocations that the task has taken. */
  readonly part: number;
}

export interface TaskResult extends TaskInput {
  readonly status: 'more' | 'done';
}

/** The answer of a part of a task: the next part's input. */
export function taskResult({ job, task, part }: TaskInput, done: boolean): TaskResult {
  return { job, task, part: part + 1, status: done ? 'done' : 'more' };
}
