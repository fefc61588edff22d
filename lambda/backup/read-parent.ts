import { type Manifest, readManifest } from '../snapshot/format/manifest.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { BackupPlan } from './backup-plan.ts';

/**
 * Reads the manifest of the plan's parent; undefined for a base. Throws `SnapshotCorrupt` if the object does not have the
 * checksum that the catalog had when the backup was planned.
 */
export async function readParent(
  store: ObjectStore,
  { parent, table }: Pick<BackupPlan, 'parent' | 'table'>,
): Promise<Manifest | undefined> {
  if (parent === undefined) return undefined;
  return (await readManifest(store, table.tableId, parent.id, parent.manifestSha256)).manifest;
}
