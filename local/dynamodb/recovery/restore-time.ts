import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';

/**
 * Chooses the time to restore, epoch ms: the requested one, or else the latest. Throws `PointInTimeRecoveryUnavailable` and
 * `InvalidRestoreTime`, with DynamoDB's texts where it has such an error.
 */
export function chooseRestoreTime(
  table: string,
  { enabled, earliest, latest }: PointInTimeRecovery,
  requested: number | undefined,
): number {
  if (!enabled) {
    throw new TidemarkError(
      'PointInTimeRecoveryUnavailable',
      `Point in time recovery is not enabled for table '${table}'`,
    );
  }
  if (earliest === undefined || latest === undefined) {
    throw new TidemarkError(
      'InvalidRestoreTime',
      `No time can be restored: there is no snapshot of table '${table}' that its stream continues. ` +
        'Another one is tried every minute',
    );
  }
  const time = requested ?? latest;
  if (time >= earliest && time <= latest) return time;
  const [wanted, from, to] = [time, earliest, latest].map(formatTime);
  throw new TidemarkError(
    'InvalidRestoreTime',
    `RestoreDateTime '${wanted}' must be within EarliestRestorableDateTime '${from}' and LatestRestorableDateTime '${to}'`,
  );
}

/** Formats a time as ISO 8601, or as the number that the request had if no calendar has such a time. */
function formatTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time / 1000) : date.toISOString();
}
