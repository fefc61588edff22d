import type { BackupKey } from '../catalog/backup-arn.ts';
import { catalogOf } from '../catalog/catalog.ts';
import type { BackupRecord, RestoreRecord } from '../catalog/records.ts';
import { dynamodbClient } from '../runtime/clients.ts';
import { systemClock } from '../runtime/clock.ts';
import { configFromEnvironment, required } from '../runtime/config.ts';
import { environment } from '../runtime/environment.ts';
import { randomIds } from '../runtime/ids.ts';
import { lambdaLog } from '../runtime/logger.ts';
import type { Services } from '../runtime/services.ts';
import { stateMachines } from '../workflow/state-machines.ts';
import { createBackup, type CreateBackupInput } from './create-backup.ts';
import { deleteBackup } from './delete-backup.ts';
import { describeBackup } from './describe-backup.ts';
import { describeTable, type DescribedTable } from './describe-table.ts';
import { type BackupPage, listBackups, type ListBackupsInput } from './list-backups.ts';
import { restoreTable, type RestoreTableInput } from './restore-table.ts';

/** What an operation works with: no request reads or writes the store. */
export type RequestServices = Pick<
  Services,
  'config' | 'clock' | 'ids' | 'log' | 'catalog' | 'dynamodb' | 'executions'
>;

/** The operations, free of any dialect. */
export interface Operations {
  createBackup(input: CreateBackupInput): Promise<BackupRecord>;
  describeBackup(input: BackupKey): Promise<BackupRecord>;
  listBackups(input: ListBackupsInput): Promise<BackupPage>;
  deleteBackup(input: BackupKey): Promise<BackupRecord>;
  restoreTable(input: RestoreTableInput): Promise<{ restore: RestoreRecord; backup: BackupRecord }>;
  describeTable(input: { table: string }): Promise<DescribedTable>;
}

export function operationsOf(services: RequestServices): Operations {
  return {
    createBackup: (input) => createBackup(services, input),
    describeBackup: (input) => describeBackup(services, input),
    listBackups: (input) => listBackups(services, input),
    deleteBackup: (input) => deleteBackup(services, input),
    restoreTable: (input) => restoreTable(services, input),
    describeTable: (input) => describeTable(services, input),
  };
}

/** The operations of a deployed function, from its environment. */
export function requestOperations(env: NodeJS.ProcessEnv): Operations {
  return operationsOf(requestServices(env));
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
  };
}
