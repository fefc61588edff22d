import { cancelBackup } from './operations/cancel-backup.ts';
import { compareBackups } from './operations/compare-backups.ts';
import { createBackup } from './operations/create-backup.ts';
import { createBackupSet } from './operations/create-backup-set.ts';
import { deleteBackup } from './operations/delete-backup.ts';
import { deleteBackupSet } from './operations/delete-backup-set.ts';
import { describeBackup } from './operations/describe-backup.ts';
import { describeBackupSet } from './operations/describe-backup-set.ts';
import { describeContinuousBackups } from './operations/describe-continuous-backups.ts';
import { describeRestore } from './operations/describe-restore.ts';
import { describeTable } from './operations/describe-table.ts';
import { estimateRestore } from './operations/estimate-restore.ts';
import { getBackupItem } from './operations/get-backup-item.ts';
import { listDataSinks } from './operations/list-data-sinks.ts';
import { listBackups } from './operations/list-backups.ts';
import { listBackupSets } from './operations/list-backup-sets.ts';
import { listRestores } from './operations/list-restores.ts';
import { planSweep } from './operations/plan-sweep.ts';
import { restoreBackupSet } from './operations/restore-backup-set.ts';
import { restoreTableFromBackup } from './operations/restore-table-from-backup.ts';
import { restoreTableToPointInTime } from './operations/restore-table-to-point-in-time.ts';
import { updateContinuousBackups } from './operations/update-continuous-backups.ts';
import { verifyBackup } from './operations/verify-backup.ts';

/** Every operation of the API, in the order of the API documents. Every other list of operations derives from this one. */
export const apiOperations = [
  createBackup,
  describeBackup,
  listBackups,
  deleteBackup,
  restoreTableFromBackup,
  restoreTableToPointInTime,
  describeContinuousBackups,
  updateContinuousBackups,
  describeTable,
  // Tidemark's own.
  cancelBackup,
  getBackupItem,
  compareBackups,
  verifyBackup,
  planSweep,
  estimateRestore,
  describeRestore,
  listRestores,
  createBackupSet,
  describeBackupSet,
  listBackupSets,
  deleteBackupSet,
  restoreBackupSet,
  listDataSinks,
] as const;

/** An operation by its name, with the type of its answer as the handler returns it. */
type NamedOperation<N extends OperationName> = Extract<(typeof apiOperations)[number], { readonly name: N }>;

export type OperationName = (typeof apiOperations)[number]['name'];

/** A value after it went over the wire as JSON: a date is epoch seconds. */
type Sent<T> = T extends Date
  ? number
  : T extends readonly (infer E)[]
    ? readonly Sent<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Sent<T[K]> }
      : T;

/** The answer to an operation as a client receives it. */
export type ReceivedAnswer<N extends OperationName> = Sent<Awaited<ReturnType<NamedOperation<N>['call']>>>;
