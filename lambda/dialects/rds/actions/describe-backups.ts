import { createAction } from '../action.ts';
import { backupMode, encodeBackup, typeOf } from '../encode-set.ts';
import { findSet, readSets } from '../instances.ts';
import { modeFilter, instanceId, pageNumber } from '../common-parameters.ts';
import { invalidParameterError } from '../rds-error.ts';

export const describeBackups = createAction({
  name: 'DescribeBackups',
  verb: 'read',
  text: 'Lists the backups of an instance, the newest first.',
  parameters: {
    DBInstanceId: { ...instanceId, required: true },
    BackupId: { type: 'text', maxLength: 300, text: 'Only the backup of this id.' },
    BackupStatus: {
      type: 'choice',
      values: ['Success', 'Failed'],
      text: 'Only backups with all of their tables, or only the others.',
    },
    BackupMode: modeFilter,
    BackupType: {
      type: 'choice',
      values: ['FullBackup', 'IncrementalBackup'],
      text: 'Only full backups, or only those that hold changes.',
    },
    StartTime: { type: 'time', text: 'Only backups from this time on.' },
    EndTime: { type: 'time', text: 'Only backups before this time.' },
    PageNumber: pageNumber,
    PageSize: {
      type: 'integer',
      min: 30,
      max: 100,
      default: 30,
      text: 'The number of backups on a page: 30, 50 or 100.',
    },
  },
  run: async (context, input) => {
    const { DBInstanceId, BackupId, PageNumber, PageSize, StartTime = 0, EndTime = Infinity } = input;
    if (![30, 50, 100].includes(PageSize))
      throw invalidParameterError('PageSize', 'Valid values: 30, 50, 100.');
    if (EndTime < StartTime) throw invalidParameterError('EndTime', 'It is before StartTime.');
    const sets =
      BackupId === undefined
        ? await readSets(context, DBInstanceId, StartTime)
        : await findSet(context, DBInstanceId, BackupId);
    const { BackupStatus, BackupMode, BackupType } = input;
    const found = sets.filter(
      (set) =>
        set.status !== 'CREATING' &&
        (BackupStatus === undefined || (BackupStatus === 'Success') === (set.status === 'AVAILABLE')) &&
        (BackupMode === undefined || BackupMode === backupMode) &&
        (BackupType === undefined || BackupType === typeOf(set)) &&
        set.marker >= StartTime &&
        set.marker < EndTime,
    );
    const page = found.slice((PageNumber - 1) * PageSize, PageNumber * PageSize);
    return {
      Items: { Backup: page.map(encodeBackup) },
      PageNumber: String(PageNumber),
      PageRecordCount: String(page.length),
      TotalRecordCount: String(found.length),
      TotalEcsSnapshotSize: 0,
    };
  },
});
