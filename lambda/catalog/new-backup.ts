import { backupArnOf } from '../model/backup-arn.ts';
import { createBackupId } from '../model/ids.ts';
import type {
  BackupRecord,
  BackupSource,
  BaseSource,
  Kind,
  TableDescription,
  TableIdentity,
} from '../model/records.ts';
import type { SetKey } from '../model/sets.ts';
import type { Ids } from '../runtime/ids.ts';

/** The part of a backup's record that comes from its request. */
export interface NewBackup {
  readonly name: string;
  readonly table: TableIdentity;
  readonly description: TableDescription;
  readonly internal?: boolean;
  readonly type?: 'SYSTEM';
  /** True if a schedule requests the backup. */
  readonly scheduled?: true;
  /** Set if the backup is to hold the content of an earlier time than its request, epoch ms. */
  readonly asOf?: number;
  readonly requestedBy?: string;
  readonly kind?: Kind;
  readonly source?: BackupSource;
  readonly comment?: string;
  readonly base?: BaseSource;
  readonly checksum?: true;
  /** The data sink to store it in, unless that is the default one. */
  readonly sink?: string;
  /** The earliest possible marker, epoch ms: DynamoDB's own time at the request. */
  readonly notBefore?: number;
  /**
   * The marker of the backup's set (epoch ms), which is taken instead of the current time. It may lie in the past, if a
   * crash came between the set's request and this one.
   */
  readonly markerOfSet?: number;
  /** The set that the backup is a member of. The same transaction creates its record as a member. */
  readonly set?: SetKey;
  /** Notes about the request itself, for the record. */
  readonly why?: readonly string[];
  /** The stream that the table has at the request, if a backup can use it. */
  readonly streamArn?: string;
  /** Epoch ms. */
  readonly expiresAt?: number;
  /** Requests with the same key are one request: the second one gets the backup of the first one. */
  readonly requestKey?: string;
}

/** The last part of the ids of system backups, as in DynamoDB. */
const systemSuffix = '00000000';

/** Creates the record of a requested backup with this marker. */
export function createBackupRecord(
  {
    requestKey: _requestKey,
    notBefore: _notBefore,
    markerOfSet: _markerOfSet,
    scheduled: _scheduled,
    ...request
  }: NewBackup,
  marker: number,
  ids: Ids,
): BackupRecord {
  const id = createBackupId(marker, request.type === 'SYSTEM' ? systemSuffix : ids.hex(8));
  return {
    ...request,
    id,
    arn: backupArnOf(request.table.arn, id),
    marker,
    status: 'CREATING',
    attempts: 1,
    internal: request.internal ?? false,
  };
}

/** True for a backup that must be made even if callers have requested too many backups. */
export function isReserved({ internal, type, scheduled }: NewBackup): boolean {
  return internal === true || type === 'SYSTEM' || scheduled === true;
}
