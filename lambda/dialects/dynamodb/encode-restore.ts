import type { RestoreRecord } from '../../model/records.ts';
import { explainRestore } from '../../model/restore-outcome.ts';
import { encodeChoice } from './encode-estimate.ts';
import type { tidemarkRestore } from './extensions.ts';
import type { Answer } from './members.ts';
import type { restore } from './restore-members.ts';
import { toCapitals } from './words.ts';

/** Encodes a restore, with the fate of its table. */
export function encodeRestore(record: RestoreRecord): Answer<typeof restore.members> {
  const { requestedAt, contentTime, endedAt, targetFate } = record;
  return {
    RestoreId: record.id,
    ...encodeProgress(record),
    TargetTableName: record.target,
    TargetTableId: record.targetTableId,
    TargetFate: targetFate && toCapitals(targetFate.kind),
    VerifyTarget: record.verifyTarget === true,
    SourceTableName: record.source.name,
    SourceTableArn: record.source.arn,
    // The backup of a restore to a point in time is internal: no caller could use it.
    BackupArn: record.pointInTime ? undefined : record.backupArn,
    ContentDateTime: new Date(contentTime),
    RequestDateTime: new Date(requestedAt),
    EndDateTime: endedAt === undefined ? undefined : new Date(endedAt),
    RequestedBy: record.requestedBy,
  };
}

/** Encodes the progress or the outcome of a restore. */
export function encodeProgress(record: RestoreRecord): Omit<
  Answer<typeof tidemarkRestore>,
  'RestoreStatus' | 'Estimate'
> & {
  readonly RestoreStatus: RestoreRecord['status'];
} {
  const { status, way, why = '', importArn, imported } = record;
  return {
    RestoreStatus: status,
    Reason: explainRestore(record),
    ...(way !== undefined && { Choice: encodeChoice({ way, why }) }),
    ...(importArn !== undefined && {
      Import: {
        ImportArn: importArn,
        ProcessedItemCount: imported?.items ?? 0,
        ProcessedSizeBytes: imported?.bytes ?? 0,
      },
    }),
  };
}
