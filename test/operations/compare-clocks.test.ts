import { describe, expect, it } from 'vitest';
import { compareClocks } from '../../lambda/operations/compare-clocks.ts';
import { silentLog } from '../../lambda/runtime/logger.ts';

const second = 1_700_000_000_000;

/** Compares clocks: ours reads `askedAt` before a call and `now` after it, and DynamoDB answers within `second`. */
function compare(askedAt: number, now: number): ReturnType<typeof compareClocks> {
  return compareClocks({ clock: { now: () => now, sleep: async () => {} }, log: silentLog }, askedAt, second);
}

describe('the earliest marker of a request', () => {
  it.each([-60_000, -5000, -2200, -1, 0, 999, 5000, 60_000])(
    'is DynamoDB’s time if our clock is %i ms ahead of it',
    (ahead) => {
      expect(compare(second + ahead, second + ahead).notBefore).toBe(second);
    },
  );

  it('has no bound if DynamoDB’s answer has no time', () => {
    const services = { clock: { now: () => second, sleep: async () => {} }, log: silentLog };
    expect(compareClocks(services, second, undefined)).toEqual({});
  });
});

describe('a difference of the clocks', () => {
  it.each([
    ['5 seconds behind', -5000, -5000],
    ['less than 6 seconds ahead, which may be 5, because DynamoDB gives whole seconds', 6000, 6000],
    ['unknown, because the answer took a minute', -60_000, 0],
    ['unknown, because the answer took a minute, which contains DynamoDB’s second', 0, 60_000],
  ])('is not recorded if our clock is %s', (_which, askedAt, now) => {
    expect(compare(second + askedAt, second + now).why).toBeUndefined();
  });

  it('is recorded beyond that', () => {
    expect(compare(second - 5001, second - 5001).why).toEqual([
      "the clock of the request was 6 seconds slow: the backup has the time of DynamoDB's clock",
    ]);
    expect(compare(second + 6001, second + 6002).why).toEqual([
      'the clock of the request was 6 seconds fast: the backup may hold writes of that time after the request',
    ]);
  });
});
