import type { Log } from '../lambda/runtime/logger.ts';
import type { EmbeddedRecovery } from './dynamodb/recovery/embedded-recovery.ts';
import { repeat } from './repeat.ts';

/** The maximum time without a usable snapshot after a table's latest one failed or lost its stream. */
const everyMs = 60_000;

/** Takes the snapshots that point-in-time recovery needs, at once and then every minute. Returns a function that ends it. */
export function startKeepingRecovery(continuous: EmbeddedRecovery, log: Log): () => Promise<void> {
  return repeat(() => continuous.keep(), { everyMs, atOnce: true, name: 'point-in-time recovery', log });
}
