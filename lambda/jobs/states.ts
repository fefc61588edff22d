/**
 * The Task states of the two state machines, each with the function (file in `lambda/handlers/`) that it invokes. The
 * stack builds the machines from these names, and the embedded runtime finds the functions by them. This file imports
 * nothing, so that both may import it. A name is unique in its machine, including the machine's Maps.
 */
export const backupTasks = {
  Begin: 'begin',
  ScanSegment: 'scan',
  Collect: 'collect',
  PartitionFiles: 'partition',
  Arrange: 'arrange',
  ApplyRange: 'apply',
  Commit: 'commit',
  Abort: 'abort',
  HandOver: 'hand-over',
} as const;

export const restoreTasks = {
  PlanRestore: 'restore-plan',
  MaterializeRange: 'restore-materialize',
  ImportTable: 'restore-import',
  CreateTable: 'restore-create-table',
  WriteRange: 'restore-write',
  BuildIndexes: 'restore-indexes',
  FinishRestore: 'restore-finish',
  AbortRestore: 'restore-abort',
  TagTable: 'restore-tag',
} as const;

export type TaskHandler =
  | (typeof backupTasks)[keyof typeof backupTasks]
  | (typeof restoreTasks)[keyof typeof restoreTasks];

/** A Map has at most this many items, each of them a range of work. */
export const maxMapItems = 500;
