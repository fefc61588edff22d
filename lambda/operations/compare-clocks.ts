import type { NewBackup } from '../catalog/new-backup.ts';
import type { RequestServices } from '../services/operation-services.ts';
import { answerSecondMs, maxClockErrorMs } from '../tables/clock-skew.ts';

/**
 * Compares our clock with DynamoDB's, which dates the records of streams. A difference of more than `maxClockErrorMs` is noted
 * on the record of each backup that is requested while it lasts. `askedAt`: when we asked DynamoDB, by our clock.
 * `answeredAt`: DynamoDB's time of the answer, a whole second.
 *
 * If our clock is slow, a marker that it gives would leave out writes that were acknowledged before the request. None of
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
  const aheadMs = askedAt - (answeredAt + answerSecondMs);
  if (Math.max(behindMs, aheadMs) <= maxClockErrorMs) return { notBefore: answeredAt };
  const note =
    behindMs > 0
      ? `the clock of the request was ${Math.ceil(behindMs / answerSecondMs)} seconds slow: the backup has the time of DynamoDB's clock`
      : `the clock of the request was ${Math.ceil(aheadMs / answerSecondMs)} seconds fast: the backup may hold writes of that time after the request`;
  log.warn('clocks differ', { note });
  return { notBefore: answeredAt, why: [note] };
}
