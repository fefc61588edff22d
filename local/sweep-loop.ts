import { sweep } from '../lambda/retention/sweep.ts';
import type { Services } from '../lambda/services/services.ts';
import { repeat } from './repeat.ts';

const everyMs = 60 * 60 * 1000;

/** Sweeps at once, without being waited for, and then every hour. The result ends it. */
export function startSweeping(services: Services): () => Promise<void> {
  return repeat(() => sweep(services), { everyMs, atOnce: true, name: 'sweep', log: services.log });
}
