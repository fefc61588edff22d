import { reasonOf } from '../lambda/runtime/errors.ts';
import type { Log } from '../lambda/runtime/logger.ts';

/**
 * Does the work every `everyMs`, never twice at the same time, and logs its errors. Returns a function that ends it and
 * waits for the work in progress.
 */
export function repeat(
  work: () => Promise<unknown>,
  { everyMs, atOnce, name, log }: { everyMs: number; atOnce: boolean; name: string; log: Log },
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log.error(`${name} failed`, { reason: reasonOf(error) });
    } finally {
      running = undefined;
    }
  };
  const start = (): void => {
    running ??= run();
  };
  const timer = setInterval(start, everyMs).unref();
  if (atOnce) start();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
