import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../lambda/runtime/errors.ts';
import { isStillBusy, isQuota } from '../../lambda/runtime/throttling.ts';

const dayMs = 24 * 60 * 60 * 1000;

const serviceError = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('isStillBusy', () => {
  it('is true for throttling, even after a long time', () => {
    const throttled = serviceError('ThrottlingException', 'Rate exceeded');
    expect([0, 30 * dayMs].map((age) => isStillBusy(throttled, age))).toEqual([true, true]);
  });

  it.each([
    serviceError('LimitExceededException', 'Too many exports'),
    new TidemarkError('LimitExceeded', 'Too many exports'),
  ])('is true, for at most three days, after %s', (limit) => {
    expect([0, 3 * dayMs - 1, 3 * dayMs].map((age) => isStillBusy(limit, age))).toEqual([true, true, false]);
  });

  it('is false for an error that no limit caused', () => {
    expect(isStillBusy(serviceError('ValidationException', 'Too many'), 0)).toBe(false);
  });
});

it.each([
  ['Subscriber limit exceeded: There is a limit of 2500 tables per subscriber', true],
  ['The provisioned throughput of the account is limited to 80000 write capacity units', true],
  ['Subscriber limit exceeded: Only 500 tables can be created, updated, or deleted simultaneously', false],
  ['Too many operations for a given subscriber.', false],
])('isQuota decides by the message of a LimitExceededException: %s is %s', (message, quota) => {
  expect(isQuota(serviceError('LimitExceededException', message))).toBe(quota);
  expect(isQuota(serviceError('ThrottlingException', message))).toBe(false);
});
