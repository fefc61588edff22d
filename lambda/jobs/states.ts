/**
 * The Task states of the two state machines and the function (file in `lambda/handlers/`) that each invokes. The
 * stack builds the machines from these names and the embedded runtime finds the functions by them; this file
 * imports nothing, so that both may. Names are unique over a whole machine, inside Maps too.
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

/** A Map has at most so many items, each a range of work. */
export const maxMapItems = 500;
