import type { PointInTimeRecovery } from '../../../lambda/native/recovery.ts';
import { TidemarkError } from '../../../lambda/runtime/errors.ts';

const secondMs = 1000;

/** Rounds a time down to the second, epoch ms: recovery is exact to the second, like streams. */
function floorToSecond(time: number): number {
  return Math.floor(time / secondMs) * secondMs;
}

/**
 * Chooses the time to restore, epoch ms: the requested time, or by default the latest one, rounded down to a second, but
 * never before the earliest restorable time. Throws `PointInTimeRecoveryUnavailable` and `InvalidRestoreTime`, with
 * DynamoDB's texts where it has such an error.
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
        'Tidemark tries to take a snapshot every minute: try again later',
    );
  }
  const time = floorToSecond(requested ?? latest);
  // The first second begins before the first snapshot, which holds all earlier changes of that second.
  if (time >= floorToSecond(earliest) && time <= latest) return Math.max(time, earliest);
  const [wanted, from, to] = [requested ?? latest, earliest, latest].map(formatTime);
  throw new TidemarkError(
    'InvalidRestoreTime',
    `RestoreDateTime '${wanted}' must be within EarliestRestorableDateTime '${from}' and LatestRestorableDateTime '${to}'`,
  );
}

/** Formats a time as ISO 8601 to the second, or as the number that the request had if no calendar has such a time. */
function formatTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time / secondMs);
  return date.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
