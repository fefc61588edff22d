import type { AskedTable, BackupKey } from '../catalog/backup-arn.ts';
import { catalogOf } from '../catalog/catalog.ts';
import type { BackupRecord } from '../catalog/records.ts';
import type { PointInTimeRecovery, StartedRestore } from '../continuous/continuous-backups.ts';
import { nativeContinuousBackups, nativeRecovery } from '../continuous/native.ts';
import { nativeBackups } from '../native/dynamodb.ts';
import { invokedRestore } from '../native/invoked-restore.ts';
import { dynamodbClient } from '../runtime/clients.ts';
import { systemClock } from '../runtime/clock.ts';
import { configFromEnvironment, required } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { randomIds } from '../runtime/ids.ts';
import { lambdaLog } from '../runtime/logger.ts';
import type { FolderPlan } from '../retention/plan-folders.ts';
import { stateMachines } from '../workflow/state-machines.ts';
import { lazyStore } from '../storage/lazy-store.ts';
import { compareBackups, type CompareBackupsInput, type ComparisonPage } from './compare-backups.ts';
import {
  describeContinuousBackups,
  restoreToPointInTime,
  type RestoreToPointInTimeInput,
  updateContinuousBackups,
  type UpdateContinuousBackupsInput,
} from './continuous-backups.ts';
import { createBackup, type CreateBackupInput } from './create-backup.ts';
import { deleteBackup, type DeleteBackupInput } from './delete-backup.ts';
import { describeBackup } from './describe-backup.ts';
import { describeTable, type DescribedTable } from './describe-table.ts';
import { estimateRestore, type RestoreEstimate } from './estimate-restore.ts';
import { type BackupItem, getBackupItem, type GetBackupItemInput } from './get-backup-item.ts';
import { type BackupPage, listBackups, type ListBackupsInput } from './list-backups.ts';
import { planSweep } from './plan-sweep.ts';
import type { OperationServices, RequestServices } from './services.ts';
import { type DryRun, dryRunRestore, restoreTable, type RestoreTableInput } from './restore-table.ts';
import { type VerificationPage, verifyBackup, type VerifyBackupInput } from './verify-backup.ts';

/** The operations, free of any dialect. */
export interface Operations {
  createBackup(input: CreateBackupInput): Promise<BackupRecord>;
  describeBackup(input: BackupKey): Promise<BackupRecord>;
  listBackups(input: ListBackupsInput): Promise<BackupPage>;
  deleteBackup(input: DeleteBackupInput): Promise<BackupRecord>;
  restoreTable(input: RestoreTableInput): Promise<StartedRestore>;
  dryRunRestore(input: RestoreTableInput): Promise<DryRun>;
  estimateRestore(input: BackupKey): Promise<RestoreEstimate>;
  restoreToPointInTime(input: RestoreToPointInTimeInput): Promise<StartedRestore>;
  describeContinuousBackups(input: AskedTable): Promise<PointInTimeRecovery>;
  updateContinuousBackups(input: UpdateContinuousBackupsInput): Promise<PointInTimeRecovery>;
  describeTable(input: AskedTable): Promise<DescribedTable>;
  getBackupItem(input: GetBackupItemInput): Promise<BackupItem>;
  compareBackups(input: CompareBackupsInput): Promise<ComparisonPage>;
  verifyBackup(input: VerifyBackupInput): Promise<VerificationPage>;
  planSweep(input: Partial<AskedTable>): Promise<readonly FolderPlan[]>;
}

export function operationsOf(services: OperationServices): Operations {
  return {
    createBackup: (input) => createBackup(services, input),
    describeBackup: (input) => describeBackup(services, input),
    listBackups: (input) => listBackups(services, input),
    deleteBackup: (input) => deleteBackup(services, input),
    restoreTable: (input) => restoreTable(services, input),
    dryRunRestore: (input) => dryRunRestore(services, input),
    estimateRestore: (input) => estimateRestore(services, input),
    restoreToPointInTime: (input) => restoreToPointInTime(services, input),
    describeContinuousBackups: (input) => describeContinuousBackups(services, input),
    updateContinuousBackups: (input) => updateContinuousBackups(services, input),
    describeTable: (input) => describeTable(services, input),
    getBackupItem: (input) => getBackupItem(services, input),
    compareBackups: (input) => compareBackups(services, input),
    verifyBackup: (input) => verifyBackup(services, input),
    planSweep: (input) => planSweep(services, input),
  };
}

/** The operations of a deployed function, from its environment. */
export function requestOperations(env: NodeJS.ProcessEnv): Operations {
  const store = lazyStore(async () => {
    // Loading the S3 client would slow the first request of a function, which seldom reads the store.
    const { s3StoreFromEnvironment } = await import('../storage/s3-store.ts');
    return s3StoreFromEnvironment(env);
  });
  const services = requestServices(env);
  const continuous = nativeContinuousBackups(services.dynamodb, invokedRestore(env));
  return operationsOf({ ...services, store, continuous });
}

export function requestServices(env: NodeJS.ProcessEnv): RequestServices {
  const dynamodb = dynamodbClient();
  return {
    config: configFromEnvironment(env),
    clock: systemClock,
    ids: randomIds,
    log: lambdaLog('request'),
    catalog: catalogOf(dynamodb, required(env, environment.catalogTable), systemClock, randomIds),
    dynamodb,
    executions: stateMachines(env),
    recovery: nativeRecovery(dynamodb),
    native: nativeBackups(dynamodb, invokedRestore(env)),
  };
}
