import type { Action } from './action.ts';
import { createBackup } from './actions/create-backup.ts';
import { deleteBackup } from './actions/delete-backup.ts';
import { describeBackupTasks } from './actions/describe-backup-tasks.ts';
import { describeBackups } from './actions/describe-backups.ts';
import { describeDbInstanceAttribute } from './actions/describe-db-instance-attribute.ts';
import { describeDbInstances } from './actions/describe-db-instances.ts';

/** Every action of the API. */
export const actions: readonly Action[] = [
  createBackup,
  describeBackupTasks,
  describeBackups,
  deleteBackup,
  describeDbInstances,
  describeDbInstanceAttribute,
];
