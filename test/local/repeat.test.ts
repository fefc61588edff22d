import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../lambda/runtime/logger.ts';
import { repeat } from '../../local/repeat.ts';

const everyMs = 1000;

describe('work that repeats at an interval', () => {
  const begun: PromiseWithResolvers<void>[] = [];
  const errors: unknown[][] = [];
  const log = { ...silentLog, error: (...line: unknown[]) => void errors.push(line) };
  const start = (atOnce: boolean) =>
    repeat(
      () => {
        const work = Promise.withResolvers<void>();
        begun.push(work);
        return work.promise;
      },
      { everyMs, atOnce, name: 'work', log },
    );

  beforeEach(() => {
    begun.length = 0;
    errors.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([true, false])('starts immediately only if the caller requests it: %s', async (atOnce) => {
    start(atOnce);
    expect(begun).toHaveLength(atOnce ? 1 : 0);
    begun[0]?.resolve();
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(begun).toHaveLength(atOnce ? 2 : 1);
  });

  it('never runs twice at the same time', async () => {
    start(false);
    await vi.advanceTimersByTimeAsync(5 * everyMs);
    expect(begun).toHaveLength(1);
    begun[0]?.resolve();
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(begun).toHaveLength(2);
  });

  it('runs again after it failed, and the failure is logged', async () => {
    start(true);
    begun[0]?.reject(new Error('out of luck'));
    await vi.advanceTimersByTimeAsync(everyMs);
    expect(errors).toEqual([['work failed', { reason: 'Error: out of luck' }]]);
    expect(begun).toHaveLength(2);
  });

  it('is stopped only after its current run has ended, and does not start again', async () => {
    const stop = start(true);
    let ended = false;
    const ending = stop().then(() => {
      ended = true;
    });
    await vi.advanceTimersByTimeAsync(5 * everyMs);
    expect(ended).toBe(false);
    begun[0]?.resolve();
    await ending;
    await vi.advanceTimersByTimeAsync(5 * everyMs);
    expect(begun).toHaveLength(1);
  });
});
