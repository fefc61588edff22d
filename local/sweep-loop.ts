import { sweep } from '../lambda/retention/sweep.ts';
import type { Services } from '../lambda/services/services.ts';
import { repeat } from './repeat.ts';

const everyMs = 60 * 60 * 1000;

/** Starts a sweep, without waiting for it, and another one every hour. Returns a function that ends it. */
export function startSweeping(services: Services): () => Promise<void> {
  return repeat(() => sweep(services), { everyMs, atOnce: true, name: 'sweep', log: services.log });
}
