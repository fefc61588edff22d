import type { Services } from '../lambda/services/services.ts';
import { reconcile } from '../lambda/reconcile/reconcile.ts';
import { repeat } from './repeat.ts';

const everyMs = 30_000;

/**
 * Takes up what an earlier process left unfinished, at once: none of its executions lives. Then reconciles from time to
 * time, never twice at once. The result ends it.
 */
export async function startReconciling(services: Services): Promise<() => Promise<void>> {
  await reconcile({ ...services, config: { ...services.config, reconcileGraceMs: 0 } });
  return repeat(() => reconcile(services), { everyMs, atOnce: false, name: 'reconcile', log: services.log });
}
