import type { ContinuousBackupsDescription } from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../native/recovery.ts';

/** Continuous backups are enabled for every table; only the recovery from them may be disabled. */
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
