import type { ContinuousBackupsDescription, PointInTimeRecoveryDescription } from '@aws-sdk/client-dynamodb';
import type { PointInTimeRecovery } from '../../native/recovery.ts';

/** Encodes a table's recovery. Continuous backups are always enabled; only the recovery from them can be disabled. */
export function encodeRecovery(recovery: PointInTimeRecovery): ContinuousBackupsDescription {
  const { enabled, recoveryPeriodInDays } = recovery;
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: enabled
      ? {
          PointInTimeRecoveryStatus: 'ENABLED',
          RecoveryPeriodInDays: recoveryPeriodInDays,
          ...encodeTimes(recovery),
        }
      : { PointInTimeRecoveryStatus: 'DISABLED' },
  };
}

type Times = Pick<PointInTimeRecoveryDescription, 'EarliestRestorableDateTime' | 'LatestRestorableDateTime'>;

/** The first and the last whole second that can be restored; nothing while there is none. */
function encodeTimes({ earliest = Infinity, latest = -Infinity }: PointInTimeRecovery): Times {
  const [first, last] = [Math.ceil(earliest / 1000), Math.floor(latest / 1000)];
  if (first > last) return {};
  return {
    EarliestRestorableDateTime: new Date(first * 1000),
    LatestRestorableDateTime: new Date(last * 1000),
  };
}
