import type { Action } from './action.ts';
import { createBackup } from './operations/create-backup.ts';
import { deleteBackup } from './operations/delete-backup.ts';
import { describeBackupTasks } from './operations/describe-backup-tasks.ts';
import { describeBackups } from './operations/describe-backups.ts';
import { describeDbInstanceAttribute } from './operations/describe-db-instance-attribute.ts';
import { describeDbInstances } from './operations/describe-db-instances.ts';

/** Every action of the API. */
export const actions: readonly Action[] = [
  createBackup,
  describeBackupTasks,
  describeBackups,
  deleteBackup,
  describeDbInstances,
  describeDbInstanceAttribute,
];
