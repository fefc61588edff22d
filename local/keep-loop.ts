import type { Log } from '../lambda/runtime/logger.ts';
import type { EmbeddedContinuousBackups } from './continuous-backups.ts';
import { repeat } from './repeat.ts';

const everyMs = 10 * 60 * 1000;

/** Keeps point-in-time recovery able to reach back, from time to time. The result ends it. */
export function startKeeping(continuous: EmbeddedContinuousBackups, log: Log): () => Promise<void> {
  return repeat(() => continuous.keep(), { everyMs, atOnce: true, name: 'point-in-time recovery', log });
}
