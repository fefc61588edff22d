import type { ContinuousBackupsDescription } from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../native/recovery.ts';

/** Encodes a table's recovery. Continuous backups are always enabled; only the recovery from them can be disabled. */
export function encodeRecovery(recovery: PointInTimeRecovery): ContinuousBackupsDescription {
  const { enabled, recoveryPeriodInDays, earliest, latest } = recovery;
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: enabled
      ? {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: recoveryPeriodInDays,
          EarliestRestorableDateTime: toDate(earliest),
          LatestRestorableDateTime: toDate(latest),
        }
      : { PointInTimeRecoveryStatus: 'DISABLED' },
  };
}

function toDate(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
