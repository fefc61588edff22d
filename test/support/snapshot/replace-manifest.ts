import type { BackupRecord } from '../../../lambda/model/records.ts';
import { compressFrame } from '../../../lambda/snapshot/format/frame.ts';
import { buildManifestKey, readManifest } from '../../../lambda/snapshot/format/manifest.ts';
import type { ObjectStore } from '../../../lambda/storage/object-store.ts';

/** Replaces a backup's manifest by a valid manifest that claims one more item: only the checksum in the catalog shows it. */
export async function replaceManifest(store: ObjectStore, { id, table }: BackupRecord): Promise<void> {
  const { manifest } = await readManifest(store, table.tableId, id);
  const other = { ...manifest, items: manifest.items + 1 };
  await store.put(buildManifestKey(table.tableId, id), compressFrame(Buffer.from(JSON.stringify(other))));
}
