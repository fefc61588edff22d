import type { BackupId } from '../model/records.ts';

/** The two state machines. */
export type Machine = 'backup' | 'restore';

/** What the state machine's executions are started with; carried through every state under `job`. */
export interface Job {
  /** The source table's name, or the target's for a restore. */
  readonly table: string;
  /** The backup's id, or the restore's. */
  readonly id: string;
  /** The execution's own name. */
  readonly execution: string;
  /** Counts the times that this execution began anew because its stream turned out to be unusable. */
  readonly round: number;
}

export type ExecutionState = 'running' | 'ended' | 'absent';

/** The port to the state machines. */
export interface Executions {
  /** Starts the execution, or does nothing if one of that name runs or ended. */
  start(machine: Machine, job: Job): Promise<void>;
  state(machine: Machine, execution: string): Promise<ExecutionState>;
}

/**
 * The name of a backup's or restore's nth execution: the id, then `<id>-2`, `<id>-3`, ... A closed execution's
 * name cannot be used again for 90 days.
 */
export function executionName(id: BackupId | string, attempt: number): string {
  return attempt <= 1 ? id : `${id}-${attempt}`;
}
