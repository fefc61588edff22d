import type { TableReference, BackupKey } from '../model/backup-arn.ts';
import type { BackupRecord } from '../model/records.ts';
import type { PointInTimeRecovery, StartedRestore } from '../native/recovery.ts';
import type { FolderPlan } from '../retention/plan-folders.ts';
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
import type { OperationServices } from '../services/operation-services.ts';
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
  describeContinuousBackups(input: TableReference): Promise<PointInTimeRecovery>;
  updateContinuousBackups(input: UpdateContinuousBackupsInput): Promise<PointInTimeRecovery>;
  describeTable(input: TableReference): Promise<DescribedTable>;
  getBackupItem(input: GetBackupItemInput): Promise<BackupItem>;
  compareBackups(input: CompareBackupsInput): Promise<ComparisonPage>;
  verifyBackup(input: VerifyBackupInput): Promise<VerificationPage>;
  planSweep(input: Partial<TableReference>): Promise<readonly FolderPlan[]>;
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
