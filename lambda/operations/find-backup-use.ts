import type { SeenDamage } from '../catalog/snapshots.ts';
import type { BackupKey } from '../model/backup-arn.ts';
import type { RestoreRecord } from '../model/records.ts';
import type { RequestServices } from '../services/operation-services.ts';

/** The restores and the damage of a backup since it was made. */
export interface BackupUse {
  /** The newest restores of the backup, at most `maxRestores`: for each target, only the latest one. */
  readonly restores: readonly RestoreRecord[];
  /** The damage that was seen in its stored objects, or in a run that it may share with another backup. */
  readonly damage?: SeenDamage;
}

/** Every DescribeBackup reads this many records, and clients that wait for a backup call it every few seconds. */
const maxRestores = 10;

/**
 * Finds the restores of a backup and the damage that was seen in it. Returns an empty object for a backup that does not
 * exist.
 */
export async function findBackupUse(
  { catalog }: Pick<RequestServices, 'catalog'>,
  key: BackupKey,
): Promise<BackupUse> {
  const [restores, snapshot] = await Promise.all([
    catalog.restores.listOf(key, maxRestores),
    catalog.snapshots.get(key),
  ]);
  const table = snapshot && (await catalog.turns.getTable(key.table, snapshot.sink));
  const distrust = table?.distrust;
  const mayShare =
    snapshot !== undefined &&
    distrust !== undefined &&
    snapshot.oldestRun <= distrust.upTo &&
    distrust.upTo <= snapshot.id;
  const shared = mayShare && {
    reason: `a run that it may share with other backups is damaged: ${distrust.reason}`,
    seenAt: distrust.seenAt,
  };
  const damage = snapshot?.damage ?? (shared || undefined);
  return { restores, ...(damage !== undefined && { damage }) };
}
