import type { ContinuousBackupsDescription } from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../native/recovery.ts';

/** Encodes a table's recovery. Continuous backups are always enabled; only the recovery from them can be disabled. */
export function encodeRecovery({
  enabled,
  recoveryPeriodInDays,
  earliest,
  latest,
}: PointInTimeRecovery): ContinuousBackupsDescription {
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: enabled
      ? {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: recoveryPeriodInDays,
          EarliestRestorableDateTime: encodeSecond(earliest),
          LatestRestorableDateTime: encodeSecond(latest),
        }
      : { PointInTimeRecoveryStatus: 'DISABLED' },
  };
}

/** DynamoDB's times of recovery are whole seconds; each means the whole second. */
function encodeSecond(time: number | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(Math.floor(time / 1000) * 1000);
}
