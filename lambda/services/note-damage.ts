import type { BackupKey } from '../model/backup-arn.ts';
import { damageMessage } from '../runtime/log-messages.ts';
import { buildManifestKey, parseRunKey } from '../snapshot/format/manifest.ts';
import type { Services } from './services.ts';

/** Damage in the stored objects of a snapshot. */
export interface Damage {
  /** What is wrong. */
  readonly reason: string;
  /** The key of the damaged object, if it is known. */
  readonly object: string | undefined;
}

/** Damage that was seen in the snapshot of a backup. */
export interface DamageReport {
  readonly backup: Pick<BackupKey, 'table' | 'id'>;
  readonly damage: Damage;
}

/** The services of a reader: those that record damage, or a function that reports it to somebody who may record it. */
export type DamageServices = Pick<Services, 'catalog' | 'clock' | 'log'> & {
  /** @default the catalog is written directly */
  readonly reportDamage?: (report: DamageReport) => Promise<void>;
};

/** Records damage that a reader has found; or only reports it, if the reader may not write records. */
export async function reportDamage(services: DamageServices, report: DamageReport): Promise<void> {
  if (services.reportDamage === undefined) await noteDamage(services, report.backup, report.damage);
  else await services.reportDamage(report);
}

/**
 * Records damage that was seen in a snapshot, and logs it, which raises an alarm. No later backup continues the snapshot. If
 * a run is damaged, no backup continues any snapshot that has runs of that age or older, because it may share the run.
 * Does nothing if the object does not belong to the snapshot, for example if it is in another data sink.
 */
export async function noteDamage(
  { catalog, clock, log }: Pick<Services, 'catalog' | 'clock' | 'log'>,
  { table, id }: DamageReport['backup'],
  { reason, object }: Damage,
): Promise<void> {
  const snapshot = await catalog.snapshots.get({ table, id });
  if (snapshot === undefined) return;
  const { tableId, oldestRun, sink } = snapshot;
  // A manifest belongs to one snapshot, and a backup reads it before it continues that snapshot.
  const isManifest = object === buildManifestKey(tableId, id);
  const run = object === undefined ? undefined : parseRunKey(object);
  const isOwnRun = run?.tableId === tableId && oldestRun <= run.backup && run.backup <= id;
  if (object !== undefined && !isManifest && !isOwnRun) return;
  // The ids of all data sinks interleave, and a snapshot has no runs of another sink.
  const maker = run && run.backup !== id ? await catalog.backups.get({ table, id: run.backup }) : undefined;
  if (maker !== undefined && maker.sink !== sink) return;
  log.error(damageMessage, { table, snapshot: id, object, reason });
  const damage = { reason, seenAt: clock.now() };
  await catalog.snapshots.noteDamage({ table, id }, damage);
  if (!isManifest) await catalog.turns.distrust({ table, sink }, { upTo: run?.backup ?? id, ...damage });
}
