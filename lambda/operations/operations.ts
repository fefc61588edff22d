import type { OperationServices } from '../services/operation-services.ts';
import { cancelBackup } from './cancel-backup.ts';
import { compareBackups } from './compare-backups.ts';
import {
  describeContinuousBackups,
  restoreToPointInTime,
  updateContinuousBackups,
} from './continuous-backups.ts';
import { createBackup } from './create-backup.ts';
import { deleteBackup } from './delete-backup.ts';
import { describeBackup } from './describe-backup.ts';
import { describeRestore } from './describe-restore.ts';
import { findBackupUse } from './find-backup-use.ts';
import { describeTable } from './describe-table.ts';
import { dryRunRestore } from './dry-run-restore.ts';
import { estimateRestore } from './estimate-restore.ts';
import { getBackupItem } from './get-backup-item.ts';
import { listBackups } from './list-backups.ts';
import { listRestores } from './list-restores.ts';
import { planSweep } from './plan-sweep.ts';
import { restoreTable } from './restore-table.ts';
import { advanceBackupSet } from './sets/advance-set.ts';
import { createBackupSet } from './sets/create-backup-set.ts';
import { checkDataSinks, createDataSink, dropDataSink, listDataSinks } from './data-sinks.ts';
import { deleteBackupSet } from './sets/delete-backup-set.ts';
import { describeBackupSet } from './sets/describe-backup-set.ts';
import { listBackupSets } from './sets/list-backup-sets.ts';
import { planBackupSet } from './sets/plan-backup-set.ts';
import { restoreBackupSet } from './sets/restore-backup-set.ts';
import { describeSeries, updateSeries } from './sets/series.ts';
import { listTableGroups, resolveTableGroup } from './table-groups.ts';
import { useNonce } from './use-nonce.ts';
import { verifyBackup } from './verify-backup.ts';

/*
 * The operations of Tidemark, free of any dialect: each is a function of the services that it works with and of its input.
 *
 *   dialect: decoded input -> operation -> its result, or a `TidemarkError` with a code
 *
 * An operation checks, reads and writes records, and starts executions; the steps of those do the long work
 * (lambda/backup, lambda/restore). It returns in seconds, and a request that is repeated with one key is done once.
 */
const functions = {
  createBackup,
  describeBackup,
  findBackupUse,
  listBackups,
  deleteBackup,
  cancelBackup,
  restoreTable,
  dryRunRestore,
  estimateRestore,
  restoreToPointInTime,
  describeRestore,
  listRestores,
  describeContinuousBackups,
  updateContinuousBackups,
  describeTable,
  getBackupItem,
  compareBackups,
  verifyBackup,
  planSweep,
  createBackupSet,
  planBackupSet,
  describeBackupSet,
  listBackupSets,
  deleteBackupSet,
  restoreBackupSet,
  advanceBackupSet,
  describeSeries,
  updateSeries,
  resolveTableGroup,
  listTableGroups,
  checkDataSinks,
  createDataSink,
  dropDataSink,
  listDataSinks,
  useNonce,
};

/** Every operation as a function of its input alone. */
export type Operations = Bound<typeof functions>;

/** Binds every operation to the services that it uses. */
export function createOperations(services: OperationServices): Operations {
  return bindServices(functions, services);
}

type Bound<F> = {
  readonly [N in keyof F]: F[N] extends (services: never, ...input: infer I) => infer R
    ? (...input: I) => R
    : never;
};

type Functions<S> = Readonly<Record<string, (services: S, input: never) => unknown>>;

/** Binds the services to functions that take services and an input, so that the results take only the input. */
export function bindServices<S, F extends Functions<S>>(functions: F, services: S): Bound<F> {
  const bound = Object.entries(functions).map(([name, run]) => [
    name,
    (input: never) => run(services, input),
  ]);
  return Object.fromEntries(bound) as Bound<F>;
}
