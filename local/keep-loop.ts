import type { Log } from '../lambda/runtime/logger.ts';
import type { EmbeddedRecovery } from './dynamodb/recovery.ts';
import { repeat } from './repeat.ts';

/** So long, at most, is a table without a snapshot if its latest was not to be had. */
const everyMs = 60_000;

/** Keeps point-in-time recovery able to reach back, from time to time. The result ends it. */
export function startKeepingRecovery(continuous: EmbeddedRecovery, log: Log): () => Promise<void> {
  return repeat(() => continuous.keep(), { everyMs, atOnce: true, name: 'point-in-time recovery', log });
}
