import type { NewBackup } from '../catalog/backups.ts';
import type { RequestServices } from '../services/operation-services.ts';

/**
 * The clocks of Tidemark's functions and of DynamoDB may differ by this much. A larger difference is noted on the record of
 * each backup that is requested while it lasts.
 */
const maxClockErrorMs = 5000;

/** DynamoDB dates its answers in whole seconds. */
const secondMs = 1000;

/**
 * Compares our clock with DynamoDB's, which dates the records of streams. `askedAt`: when we asked DynamoDB, by our clock.
 * `answeredAt`: DynamoDB's time of the answer, a whole second.
 *
 * If our clock is behind DynamoDB's, a marker by it would cut off writes that were acknowledged before the request. None of
 * these writes is later than the second in which DynamoDB answered, so the marker is at least that second. If our clock is
 * ahead, the backup also holds the writes of that difference.
 */
export function compareClocks(
  { clock, log }: Pick<RequestServices, 'clock' | 'log'>,
  askedAt: number,
  answeredAt: number | undefined,
): Pick<NewBackup, 'notBefore' | 'why'> {
  if (answeredAt === undefined) return {};
  const behindMs = answeredAt - clock.now();
  const aheadMs = askedAt - (answeredAt + secondMs);
  if (Math.max(behindMs, aheadMs) <= maxClockErrorMs) return { notBefore: answeredAt };
  const note =
    behindMs > 0
      ? `the clock of the request was ${Math.ceil(behindMs / secondMs)} seconds behind DynamoDB's: the time is DynamoDB's`
      : `the clock of the request was ${Math.ceil(aheadMs / secondMs)} seconds ahead of DynamoDB's: the backup may hold writes of that time after the request`;
  log.warn('clocks differ', { note });
  return { notBefore: answeredAt, why: [note] };
}
