import { expect, it } from 'vitest';
import { chooseRestoreTime } from '../../../../local/dynamodb/recovery/restore-time.ts';

/** 2026-10-06T23:16:32.300Z, the marker of the first snapshot. */
const earliest = Date.UTC(2026, 9, 6, 23, 16, 32, 300);
const latest = Date.UTC(2026, 9, 7, 0, 0, 5);
const firstSecond = Math.floor(earliest / 1000) * 1000;
const recovery = { enabled: true, recoveryPeriodInDays: 35, earliest, latest };

it.each([
  ['the latest second by default', undefined, latest],
  ['the latest second, at any of its milliseconds', latest + 999, latest],
  ['the second of the requested time', firstSecond + 5750, firstSecond + 5000],
  ['the first snapshot for the second that it came in', firstSecond, earliest],
])('chooses %s', (_which, requested, expected) => {
  expect(chooseRestoreTime('Music', recovery, requested)).toBe(expected);
});

it.each([
  ['before the first second', firstSecond - 1, '2026-10-06T23:16:31Z'],
  ['after the latest second', latest + 1000, '2026-10-07T00:00:06Z'],
  ['that no calendar has', 1e300, '1e+297'],
])('refuses a time %s, and states all times to the second', (_when, requested, shown) => {
  expect(() => chooseRestoreTime('Music', recovery, requested)).toThrow(
    expect.objectContaining({
      code: 'InvalidRestoreTime',
      message:
        `RestoreDateTime '${shown}' must be within EarliestRestorableDateTime '2026-10-06T23:16:32Z' ` +
        "and LatestRestorableDateTime '2026-10-07T00:00:05Z'",
    }),
  );
});

it('refuses a table whose recovery is off or has no snapshot yet', () => {
  expect(() => chooseRestoreTime('Music', { enabled: false }, undefined)).toThrow(
    expect.objectContaining({
      code: 'PointInTimeRecoveryUnavailable',
      message: "Point in time recovery is not enabled for table 'Music'",
    }),
  );
  expect(() => chooseRestoreTime('Music', { enabled: true }, undefined)).toThrow(
    expect.objectContaining({ code: 'InvalidRestoreTime' }),
  );
});
