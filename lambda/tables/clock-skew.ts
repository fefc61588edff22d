import { findAnswerTime } from '../item/answer-time.ts';
import { TidemarkError } from '../runtime/errors.ts';

/** The clocks of Tidemark's functions and of DynamoDB may differ by this much. */
export const maxClockErrorMs = 5000;

/** DynamoDB's answers say their time in whole seconds. */
export const answerSecondMs = 1000;

/** Returns how much a time is ahead of the one at which DynamoDB gave an answer, in ms: 0 if it may be equal, or is unknown. */
export function measureLead(time: number, answer: object): number {
  const answeredAt = findAnswerTime(answer);
  return answeredAt === undefined ? 0 : Math.max(0, time - (answeredAt + answerSecondMs));
}

/**
 * Checks a time of ours, taken before DynamoDB gave the answer. Throws `ClockSkewTooLarge` if it is ahead of DynamoDB's time by
 * more than `allowedMs`. `whose`: the clock, for the message.
 */
export function checkClock(whose: string, time: number, answer: object, allowedMs = maxClockErrorMs): void {
  const leadMs = measureLead(time, answer);
  if (leadMs <= allowedMs) return;
  throw new TidemarkError(
    'ClockSkewTooLarge',
    `the clock of ${whose} is ${Math.ceil(leadMs / 1000)} seconds ahead of DynamoDB's, and ` +
      `${allowedMs / 1000} are allowed. Set the clock of the machine right, then request this again`,
  );
}
