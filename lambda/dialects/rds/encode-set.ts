import type { BackupSource } from '../../model/records.ts';
import type { ListedSet, SetRecord } from '../../model/sets.ts';
import type { RdsAnswer } from './render.ts';

/** The mode of every set. Schedules back up single tables, so a user or a program has requested each set. */
export const backupMode = 'Manual';

/** The status of a backup task. If some tables of a set failed, the task has failed, so that the missing tables are noticed. */
export function taskStatusOf(set: ListedSet): 'NoStart' | 'Uploading' | 'Finished' | 'Failed' {
  if (set.status !== 'CREATING') return set.status === 'AVAILABLE' ? 'Finished' : 'Failed';
  const hasBegun = set.members?.some(({ status }) => status !== 'WAITING') === true;
  return hasBegun ? 'Uploading' : 'NoStart';
}

/** Encodes the task that makes a set. Every member is a text. */
export function encodeTask(set: ListedSet, isRequested: boolean): RdsAnswer {
  const status = taskStatusOf(set);
  return {
    BackupJobId: String(set.id),
    BackupStatus: status,
    // This member has no value for a failed task.
    BackupProgressStatus: status === 'Failed' ? 'Finished' : status,
    JobMode: backupMode,
    Process: String(set.progress?.percent ?? 100),
    TaskAction: 'NormalBackupTask',
    ...(status === 'Finished' && isRequested && { BackupId: String(set.id) }),
  };
}

const methods = {
  export: 'Physical',
  stream: 'Logical',
  scan: 'Logical',
  settings: 'Logical',
  native: 'Snapshot',
} as const satisfies Readonly<Record<BackupSource, string>>;

/** The type of a set's backup. A set is incremental if only the changes of one or more tables were stored. */
export function typeOf({ kind = 'full' }: SetRecord): 'FullBackup' | 'IncrementalBackup' {
  return kind === 'full' ? 'FullBackup' : 'IncrementalBackup';
}

/** Encodes a set that has ended. Members and types are those of the service, which encodes most numbers as text. */
export function encodeBackup(set: ListedSet): RdsAnswer {
  const { id, name, group = name, status, marker, endedAt = marker, figures, source, members } = set;
  const isAvailable = status === 'AVAILABLE';
  const tables = members?.filter((member) => member.status === 'AVAILABLE').map(({ table }) => table);
  return {
    BackupId: String(id),
    DBInstanceId: group,
    BackupStatus: isAvailable ? 'Success' : 'Failed',
    BackupStartTime: toTime(marker),
    BackupEndTime: toTime(endedAt),
    BackupType: typeOf(set),
    BackupMethod: methods[source ?? 'stream'],
    BackupMode: backupMode,
    BackupInitiator: 'User',
    BackupDownloadURL: '',
    BackupIntranetDownloadURL: '',
    BackupDBNames: (tables ?? (isAvailable ? set.tables : [])).join(','),
    BackupSize: figures?.copiedBytes ?? 0,
    Checksum: '',
    ConsistentTime: Math.floor(marker / 1000),
    CopyOnlyBackup: '0',
    Encryption: '{}',
    Engine: 'DynamoDB',
    EngineVersion: '2012-08-10',
    HostInstanceID: group,
    IsAvail: isAvailable ? 1 : 0,
    MetaStatus: 'OK',
    StorageClass: '0',
    // Whether the backup can be deleted.
    StoreStatus: 'Enabled',
    ...(set.expiresAt !== undefined && { ExpectExpireTime: toTime(set.expiresAt) }),
  };
}

/** Epoch ms as `2019-02-03T12:20:00Z`. */
function toTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
