import { createAction } from '../action.ts';
import { backupMode, encodeTask, taskStatusOf } from '../encode-set.ts';
import { findRunningSet, findSet } from '../instances.ts';
import { modeFilter, instanceId } from '../common-parameters.ts';

export const describeBackupTasks = createAction({
  name: 'DescribeBackupTasks',
  verb: 'read',
  text: 'Describes the running backup of an instance, or the task of a job, even after its end.',
  parameters: {
    DBInstanceId: { ...instanceId, required: true },
    BackupJobId: { type: 'text', maxLength: 32, text: 'The job that CreateBackup returned.' },
    BackupJobStatus: {
      type: 'choice',
      values: ['NoStart', 'Progressing'],
      text: 'Only tasks that have not started, or only those that have.',
    },
    BackupMode: modeFilter,
  },
  run: async (context, { DBInstanceId, BackupJobId, BackupJobStatus, BackupMode }) => {
    const isRequested = BackupJobId !== undefined;
    const sets = isRequested
      ? await findSet(context, DBInstanceId, BackupJobId)
      : await findRunningSet(context, DBInstanceId);
    const shown = sets.filter((set) => {
      if (!isRequested && set.status !== 'CREATING') return false;
      if (BackupMode !== undefined && BackupMode !== backupMode) return false;
      if (BackupJobStatus === undefined) return true;
      return (
        set.status === 'CREATING' && (BackupJobStatus === 'NoStart') === (taskStatusOf(set) === 'NoStart')
      );
    });
    return { Items: { BackupJob: shown.map((set) => encodeTask(set, isRequested)) } };
  },
});
