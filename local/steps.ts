import { abortRestore } from '../lambda/restore/abort-restore.ts';
import { buildIndexes } from '../lambda/restore/build-indexes.ts';
import { createTable } from '../lambda/restore/create-table.ts';
import { finishRestore } from '../lambda/restore/finish-restore.ts';
import { importTable } from '../lambda/restore/import-table.ts';
import { materializeRange } from '../lambda/restore/materialize-range.ts';
import { planRestore } from '../lambda/restore/plan-restore.ts';
import { tagTable } from '../lambda/restore/tag-table.ts';
import { writeRange } from '../lambda/restore/write-range.ts';
import type { Services } from '../lambda/services/services.ts';
import { abort } from '../lambda/backup/abort.ts';
import { apply } from '../lambda/backup/apply.ts';
import { arrange } from '../lambda/backup/arrange.ts';
import { begin } from '../lambda/backup/begin.ts';
import { collect } from '../lambda/backup/collect.ts';
import { commit } from '../lambda/backup/commit.ts';
import { handOver } from '../lambda/backup/hand-over.ts';
import { partition } from '../lambda/backup/partition.ts';
import { scan } from '../lambda/backup/scan.ts';
import type { TaskHandler } from '../lambda/jobs/states.ts';

/** Every step by the name of its function: in this runtime all of them run in one process. */
export const steps = {
  begin,
  scan,
  collect,
  partition,
  arrange,
  apply,
  commit,
  abort,
  'hand-over': handOver,
  'restore-plan': planRestore,
  'restore-materialize': materializeRange,
  'restore-import': importTable,
  'restore-create-table': createTable,
  'restore-write': writeRange,
  'restore-indexes': buildIndexes,
  'restore-finish': finishRestore,
  'restore-abort': abortRestore,
  'restore-tag': tagTable,
} satisfies Record<TaskHandler, (services: Services, input: never) => Promise<object>>;
