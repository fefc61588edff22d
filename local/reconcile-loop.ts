import { reasonOf } from '../lambda/runtime/errors.ts';
import type { Services } from '../lambda/runtime/services.ts';
import { reconcile } from '../lambda/workflow/reconcile.ts';

const everyMs = 30_000;

/**
 * Takes up what an earlier process left unfinished, at once: none of its executions lives. Then reconciles from time to
 * time, never twice at once. The result ends it.
 */
export async function startReconciling(services: Services): Promise<() => Promise<void>> {
  await reconcile({ ...services, config: { ...services.config, reconcileGraceMs: 0 } });
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    try {
      await reconcile(services);
    } catch (error) {
      services.log.error('reconcile failed', { reason: reasonOf(error) });
    } finally {
      running = undefined;
    }
  };
  const timer = setInterval(() => {
    running ??= run();
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
