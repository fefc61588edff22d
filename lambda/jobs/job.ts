import { toSinkMember } from '../model/data-sinks.ts';
import type { BackupId, RestoreId } from '../model/ids.ts';

/**
 * What all executions of the two state machines share.
 *
 * ```
 * request, hand-over, reconciler --start(job)--> state machine --{ job, ... }--> step, one after another
 *                                                     |                            |
 *                                  Map: one task of ranges of work          staging/<job>/: plans and results,
 *                                  in parts, until it is `done`             each published once
 * ```
 *
 * In comes a job, which names a backup or a restore and one execution of it. Out come objects in the staging folder and,
 * if a step fails, a note of the reason. What always holds: any step may run twice, even at the same time, and the result
 * that is published first counts.
 */

interface Execution {
  /** The execution's own name. */
  readonly execution: string;
  /** Counts how often this execution started over because its stream turned out to be unusable. */
  readonly round: number;
  /** The data sink that holds the snapshot, unless that is the default one. */
  readonly sink?: string | undefined;
}

/** What every execution of the backup machine is started with; every state passes it on under `job`. */
export interface BackupJob extends Execution {
  readonly machine: 'backup';
  /** The name of the table that is backed up. */
  readonly table: string;
  readonly id: BackupId;
}

/** What every execution of the restore machine is started with; every state passes it on under `job`. */
export interface RestoreJob extends Execution {
  readonly machine: 'restore';
  /** The name of the target: the table that the restore makes. */
  readonly table: string;
  readonly id: RestoreId;
}

export type Job = BackupJob | RestoreJob;

/** The two state machines. */
export type Machine = Job['machine'];

/** Makes the job of a backup's execution: by default its first one, which has the backup's id as its name. */
export function createBackupJob(
  table: string,
  id: BackupId,
  execution: string = id,
  sink?: string,
): BackupJob {
  return { machine: 'backup', table, id, execution, round: 0, ...toSinkMember(sink) };
}

/** Makes the job of a restore's execution: by default its first one, which has the restore's id as its name. */
export function createRestoreJob(
  target: string,
  id: RestoreId,
  execution: string = id,
  sink?: string,
): RestoreJob {
  return { machine: 'restore', table: target, id, execution, round: 0, ...toSinkMember(sink) };
}

export type ExecutionState = 'running' | 'ended' | 'absent';

/** The port to the state machines. */
export interface Executions {
  /** Starts an execution of the job's machine. Does nothing if one of that name is running or has ended. */
  start(job: Job): Promise<void>;
  state(machine: Machine, execution: string): Promise<ExecutionState>;
}

/**
 * The name of a backup's or restore's nth execution: the id, then `<id>-2`, `<id>-3`, ... A closed execution's
 * name cannot be used again for 90 days.
 */
export function nameExecution(id: BackupId | RestoreId, attempt: number): string {
  return attempt <= 1 ? id : `${id}-${attempt}`;
}
