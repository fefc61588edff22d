import type { Services } from '../lambda/services/services.ts';
import { reconcile } from '../lambda/reconcile/reconcile.ts';
import { repeat } from './repeat.ts';

const everyMs = 30_000;

/**
 * Continues the unfinished work of an earlier process, without the usual grace: none of its executions is still running.
 * Then reconciles every half minute. Returns a function that ends it.
 */
export async function startReconciling(services: Services): Promise<() => Promise<void>> {
  await reconcile({ ...services, config: { ...services.config, reconcileGraceMs: 0 } });
  return repeat(() => reconcile(services), { everyMs, atOnce: false, name: 'reconcile', log: services.log });
}
