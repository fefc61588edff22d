import type { BackupKey } from '../model/backup-arn.ts';
import { damageMessage } from '../runtime/log-messages.ts';
import { manifestKey, parseRunKey } from '../snapshot/format/manifest.ts';
import type { Services } from './services.ts';

/** Damage in the stored objects of a snapshot. */
export interface Damage {
  /** What is wrong. */
  readonly reason: string;
  /** The key of the damaged object, if it is known. */
  readonly object: string | undefined;
}

/**
 * Records damage that was seen in a snapshot, and logs it, which raises an alarm. No later backup continues the snapshot. If
 * a run is damaged, no backup continues any snapshot that may share it: one that refers to runs as old as it.
 * Does nothing if the object does not belong to the snapshot.
 */
export async function noteDamage(
  { catalog, clock, log }: Pick<Services, 'catalog' | 'clock' | 'log'>,
  { table, id }: BackupKey,
  { reason, object }: Damage,
): Promise<void> {
  const snapshot = await catalog.snapshots.get({ table, id });
  if (snapshot === undefined) return;
  const { tableId, oldestRun } = snapshot;
  // A manifest belongs to one snapshot, and a backup reads it before it continues that snapshot.
  const isManifest = object === manifestKey(tableId, id);
  const run = object === undefined ? undefined : parseRunKey(object);
  const isOwnRun = run?.tableId === tableId && oldestRun <= run.backup && run.backup <= id;
  if (object !== undefined && !isManifest && !isOwnRun) return;
  log.error(damageMessage, { table, snapshot: id, object, reason });
  const damage = { reason, seenAt: clock.now() };
  await catalog.snapshots.noteDamage({ table, id }, damage);
  if (!isManifest) await catalog.turns.distrust(table, { upTo: run?.backup ?? id, ...damage });
}
