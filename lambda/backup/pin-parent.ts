import type { SeenDamage, SnapshotRecord } from '../catalog/snapshots.ts';
import type { Claim } from '../catalog/turn-writes.ts';
import type { BackupId } from '../model/ids.ts';
import type { TableRecord } from '../model/records.ts';
import { isError, reasonOf } from '../runtime/errors.ts';
import { damageMessage } from '../runtime/log-messages.ts';
import { noteDamage } from '../services/note-damage.ts';
import type { Services } from '../services/services.ts';
import { readManifest } from '../snapshot/format/manifest.ts';

/** Pins the snapshot if it is sound; otherwise returns why it cannot be continued. */
export async function pinIfSound(
  services: Services,
  { claim, tableId }: { readonly claim: Claim; readonly tableId: string },
  id: BackupId,
): Promise<string | undefined> {
  const { catalog, log, store } = services;
  const key = { table: claim.table, id };
  const [snapshot, table] = await Promise.all([
    catalog.snapshots.get(key),
    catalog.turns.getTable(claim.table, claim.sink),
  ]);
  const seen = snapshot && findSeenDamage(snapshot, table);
  if (seen !== undefined) {
    log.error(damageMessage, { table: claim.table, snapshot: id, reason: seen.reason });
    return `it is not continued, because damage was seen on ${new Date(seen.seenAt).toISOString()}: ${seen.reason}`;
  }
  try {
    await readManifest(store, tableId, id, snapshot?.manifestSha256);
  } catch (error) {
    if (!isError(error, 'SnapshotCorrupt')) throw error;
    await noteDamage(services, key, { reason: reasonOf(error), object: error.object });
    return `it is damaged: ${reasonOf(error)}`;
  }
  return (await catalog.turns.pinParent(claim, id)) ? undefined : 'it is gone';
}

/** The damage that was seen in the snapshot, or in what it may share with others. */
function findSeenDamage(snapshot: SnapshotRecord, table: TableRecord | undefined): SeenDamage | undefined {
  return snapshot.damage ?? findSharedDamage(snapshot, table);
}

/** The damage that was seen in stored objects that the snapshot may share with others. */
export function findSharedDamage(
  { oldestRun }: Pick<SnapshotRecord, 'oldestRun'>,
  table: TableRecord | undefined,
): SeenDamage | undefined {
  const distrust = table?.distrust;
  return distrust !== undefined && oldestRun <= distrust.upTo ? distrust : undefined;
}
