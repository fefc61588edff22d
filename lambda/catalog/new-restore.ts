import { toSinkMember } from '../model/data-sinks.ts';
import { createRestoreId } from '../model/ids.ts';
import type { BackupRecord, RestoreRecord, TableDescription } from '../model/records.ts';
import type { Ids } from '../runtime/ids.ts';

/** The part of a restore's record that comes from its request. */
export interface NewRestore {
  readonly backup: BackupRecord;
  /** The name of the table to make. */
  readonly target: string;
  readonly description: TableDescription;
  readonly repairedIndexes?: readonly string[];
  readonly verifyTarget?: boolean;
  readonly requestedBy?: string;
  readonly requestKey?: string;
}

/** Creates the record of a restore that was requested at `requestedAt`. `contentTime`: the time of its content. Both in epoch ms. */
export function createRestoreRecord(
  {
    backup,
    target,
    description,
    repairedIndexes = [],
    verifyTarget = false,
    requestedBy,
    requestKey,
  }: NewRestore,
  contentTime: number,
  requestedAt: number,
  ids: Ids,
): RestoreRecord {
  return {
    id: createRestoreId(requestedAt, ids.hex(8)),
    target,
    backup: backup.id,
    backupArn: backup.arn,
    source: backup.table,
    ...toSinkMember(backup.sink),
    description,
    contentTime,
    requestedAt,
    status: 'RESTORING',
    attempts: 1,
    ...(verifyTarget && { verifyTarget }),
    ...(repairedIndexes.length > 0 && { repairedIndexes }),
    ...(requestedBy !== undefined && { requestedBy }),
    ...(requestKey !== undefined && { requestKey }),
  };
}
