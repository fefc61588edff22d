import { abortRestore } from '../restore/abort-restore.ts';
import { buildIndexes } from '../restore/build-indexes.ts';
import { createTable } from '../restore/create-table.ts';
import { finishRestore } from '../restore/finish-restore.ts';
import { importTable } from '../restore/import-table.ts';
import { materializeRange } from '../restore/materialize-range.ts';
import { planRestore } from '../restore/restore-plan.ts';
import { tagTable } from '../restore/tag-table.ts';
import { writeRange } from '../restore/write-range.ts';
import type { Services } from '../runtime/services.ts';
import { abort } from './abort.ts';
import { apply } from './apply.ts';
import { arrange } from './arrange.ts';
import { begin } from './begin.ts';
import { collect } from './collect.ts';
import { commit } from './commit.ts';
import { handOver } from './hand-over.ts';
import { partition } from './partition.ts';
import { scan } from './scan.ts';
import type { TaskHandler } from './states.ts';

/** Every step by the name of its function, for a runtime that has all of them in one process. */
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
